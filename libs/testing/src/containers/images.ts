/** Images of the vendors' servers; the same defaults and the same variables as in docker-compose.yml. */
export const images = {
  sqlserver: process.env['SQLSERVER_IMAGE'] ?? 'mcr.microsoft.com/mssql/server:2022-latest',
  kafka: process.env['KAFKA_IMAGE'] ?? 'apache/kafka:4.1.0',
  s3: process.env['S3_IMAGE'] ?? 'chrislusf/seaweedfs:latest',
} as const;

/** A server that runs in a container of its vendor's image. */
export type VendorServer = keyof typeof images;

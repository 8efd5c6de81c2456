/** Images of the vendors' servers, as docker-compose.yml has them (a test compares the two). */
export const defaultImages = {
  sqlserver: 'mcr.microsoft.com/mssql/server:2022-latest',
  kafka: 'apache/kafka:4.1.0',
  s3: 'chrislusf/seaweedfs:latest',
} as const;

/** A server that runs in a container of its vendor's image. */
export type VendorServer = keyof typeof defaultImages;

/** What is run: the defaults, or what the same variables as in docker-compose.yml name. */
export const images: Readonly<Record<VendorServer, string>> = {
  sqlserver: process.env['SQLSERVER_IMAGE'] ?? defaultImages.sqlserver,
  kafka: process.env['KAFKA_IMAGE'] ?? defaultImages.kafka,
  s3: process.env['S3_IMAGE'] ?? defaultImages.s3,
};

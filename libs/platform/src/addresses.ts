import type { Environment } from '@thalamus/contracts';

/** Where the stage is, as an S3 client takes it; without an endpoint AWS, without a key its default credentials. */
export function storeAddress(env: Environment) {
  const {
    THALAMUS_STORE_ENDPOINT: endpoint,
    THALAMUS_STORE_ACCESS_KEY: accessKeyId,
    THALAMUS_STORE_SECRET_KEY: secretAccessKey,
  } = env;
  return {
    bucket: env.THALAMUS_STORE_BUCKET,
    region: env.THALAMUS_STORE_REGION,
    ...(endpoint !== undefined && { endpoint }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
  };
}

/** Where the warehouse is, and as whom to log in. */
export function warehouseAddress(env: Environment) {
  return {
    host: env.THALAMUS_WAREHOUSE_HOST,
    port: env.THALAMUS_WAREHOUSE_PORT,
    database: env.THALAMUS_WAREHOUSE_DATABASE,
    user: env.THALAMUS_WAREHOUSE_USER,
    password: env.THALAMUS_WAREHOUSE_PASSWORD,
    ssl: env.THALAMUS_WAREHOUSE_SSL,
  };
}

import type { WarehouseAddress } from '@thalamus/redshift';

/** `redshift://user:password@host:5439/database?ssl=false`. TLS unless it says otherwise. */
export function redshiftAddress(text: string): WarehouseAddress {
  const url = new URL(text);
  return {
    host: url.hostname,
    port: Number(url.port || 5439),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ssl: url.searchParams.get('ssl') !== 'false',
  };
}

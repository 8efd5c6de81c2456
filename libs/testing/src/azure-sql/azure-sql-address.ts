import type { AzureSqlAddress } from './conformance-database.js';

/**
 * `mssql://user:password@host:1433/database?encrypt=true&trustCertificate=true`. Encrypted unless it says otherwise; a
 * password with reserved characters is percent-encoded.
 */
export function azureSqlAddress(text: string): AzureSqlAddress {
  const url = new URL(text);
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = url.searchParams.get(name);
    return value === null ? otherwise : value === 'true';
  };
  return {
    host: url.hostname,
    port: Number(url.port || 1433),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    encrypt: flag('encrypt', true),
    trustCertificate: flag('trustCertificate', false),
  };
}

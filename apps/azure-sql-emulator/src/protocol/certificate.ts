import { generate } from 'selfsigned';
import { createSecureContext } from 'node:tls';
import type { TlsContexts } from './transport.js';

/** A server's certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for local use, valid for ten years. */
export async function selfSignedCertificate(): Promise<Certificate> {
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + 10);
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notAfterDate,
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** TLS settings of both dialects: in TDS 7.4 the handshake's framing needs TLS 1.2, TDS 8.0 takes 1.3 too. */
export function tlsContexts({ cert, key }: Certificate): TlsContexts {
  return {
    inBand: createSecureContext({ cert, key, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
    strict: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
  };
}

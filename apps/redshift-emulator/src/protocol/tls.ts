import { createSecureContext, type SecureContext } from 'node:tls';
import { generate } from 'selfsigned';

/** A certificate of its own for a host, valid for a year, with its CA flag set so that clients may trust it as it is. */
export async function selfSignedContext(host: string): Promise<SecureContext> {
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: host },
        ],
      },
    ],
  });
  return createSecureContext({ key: certificate.private, cert: certificate.cert });
}

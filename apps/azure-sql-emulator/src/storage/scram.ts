import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export interface ScramExchange {
  first(): string;
  final(serverFirst: string): string;
}

/** SCRAM-SHA-256 (RFC 7677) without channel binding. */
export const scramClient = (password: string): ScramExchange => {
  const nonce = randomBytes(18).toString('base64');
  const bare = `n=,r=${nonce}`;
  return {
    first: () => `n,,${bare}`,
    final: (serverFirst) => {
      const fields = new Map(serverFirst.split(',').map((pair) => [pair[0], pair.slice(2)]));
      const serverNonce = fields.get('r') ?? '';
      if (!serverNonce.startsWith(nonce))
        throw new Error('PostgreSQL answered with a nonce that is not ours');
      const salt = Buffer.from(fields.get('s') ?? '', 'base64');
      const salted = pbkdf2Sync(password.normalize('NFKC'), salt, Number(fields.get('i')), 32, 'sha256');
      const clientKey = createHmac('sha256', salted).update('Client Key').digest();
      const storedKey = createHash('sha256').update(clientKey).digest();
      const withoutProof = `c=biws,r=${serverNonce}`;
      const signature = createHmac('sha256', storedKey)
        .update(`${bare},${serverFirst},${withoutProof}`)
        .digest();
      const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
      return `${withoutProof},p=${proof.toString('base64')}`;
    },
  };
};

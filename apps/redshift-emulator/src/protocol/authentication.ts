import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const md5 = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** `md5` + md5(password + user), as PostgreSQL keeps a password and MD5 authentication begins. */
export function md5Verifier(user: string, password: string): string {
  return `md5${md5(password, user)}`;
}

/** What a client answers to AuthenticationMD5Password. */
export function md5Response(verifier: string, salt: Buffer): string {
  return `md5${md5(verifier.slice(3), salt)}`;
}

/** Compares without telling by time how much was right. */
export function sameSecret(left: string, right: string): boolean {
  const a = createHash('sha256').update(left).digest();
  const b = createHash('sha256').update(right).digest();
  return timingSafeEqual(a, b);
}

/** The client's side of SCRAM-SHA-256 (RFC 5802), for the way to PostgreSQL. */
export class ScramClient {
  private readonly nonce = randomBytes(18).toString('base64');
  private readonly bare = `n=,r=${this.nonce}`;
  private expectedSignature = '';

  constructor(private readonly password: string) {}

  /** The first message. */
  first(): string {
    return `n,,${this.bare}`;
  }

  /** The answer to the server's challenge. */
  final(challenge: string): string {
    const part = (key: string): string => {
      const found = challenge.split(',').find((item) => item.startsWith(`${key}=`));
      if (found === undefined) throw new Error(`SCRAM: the server's message has no ${key}`);
      return found.slice(2);
    };
    const nonce = part('r');
    if (!nonce.startsWith(this.nonce)) throw new Error('SCRAM: the server changed the nonce');
    const salted = pbkdf2Sync(
      this.password,
      Buffer.from(part('s'), 'base64'),
      Number(part('i')),
      32,
      'sha256',
    );
    const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const withoutProof = `c=biws,r=${nonce}`;
    const authMessage = `${this.bare},${challenge},${withoutProof}`;
    const signature = hmac(storedKey, authMessage);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    this.expectedSignature = hmac(hmac(salted, 'Server Key'), authMessage).toString('base64');
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Checks that the server knows the password as well. */
  verify(serverFinal: string): void {
    if (serverFinal !== `v=${this.expectedSignature}`) throw new Error('SCRAM: wrong server signature');
  }
}

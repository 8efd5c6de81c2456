import { createHash } from 'node:crypto';
import { scramClient, type ScramExchange } from './scram.js';

/** One password exchange: answers the server's Authentication messages. */
export class PgAuthentication {
  private scram: ScramExchange | undefined;

  constructor(
    private readonly user: string,
    private readonly password: string,
  ) {}

  /** The answer to an Authentication message's body; undefined when none is due. */
  answer(body: Buffer): Buffer | undefined {
    switch (body.readInt32BE(0)) {
      case 3:
        return passwordMessage(Buffer.from(`${this.password}\0`));
      case 5:
        return passwordMessage(Buffer.from(`${this.hashed(body.subarray(4, 8))}\0`));
      case 10: {
        this.scram = scramClient(this.password);
        const first = Buffer.from(this.scram.first());
        const size = Buffer.alloc(4);
        size.writeInt32BE(first.length);
        return passwordMessage(Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), size, first]));
      }
      case 11:
        return passwordMessage(Buffer.from(this.scram?.final(body.toString('utf8', 4)) ?? ''));
      default:
        return undefined;
    }
  }

  private hashed(salt: Buffer): string {
    const inner = createHash('md5')
      .update(this.password + this.user)
      .digest('hex');
    return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
  }
}

function passwordMessage(content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write('p', 0, 'latin1');
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

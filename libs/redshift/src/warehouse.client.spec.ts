import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PipelineError } from '@thalamus/contracts';
import { Warehouse, type Session } from './warehouse.client.js';

const message = (type: string, body: Buffer): Buffer => {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
};
const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};
const ready = message('Z', Buffer.from('I'));
const done = (tag: string): Buffer => Buffer.concat([message('C', Buffer.from(`${tag}\0`)), ready]);
const failure = (code: string, text: string): Buffer =>
  Buffer.concat([message('E', Buffer.from(`SERROR\0C${code}\0M${text}\0\0`)), ready]);

/** Just enough of the wire protocol: each statement is answered by `answer`, which may also break the connection. */
async function answering(answer: (statement: string, socket: Socket) => Buffer | undefined) {
  const statements: string[] = [];
  const server = createServer((socket) => {
    let greeted = false;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      if (!greeted) {
        greeted = true;
        socket.write(Buffer.concat([message('R', int32(0)), ready]));
        return;
      }
      if (data.toString('latin1', 0, 1) !== 'Q') return;
      const statement = data.toString('utf8', 5, data.length - 1);
      statements.push(statement);
      const bytes = answer(statement, socket);
      if (bytes) socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const warehouse = new Warehouse({
    host: '127.0.0.1',
    port,
    database: 'd',
    user: 'u',
    password: 'p',
    ssl: false,
  });
  return {
    warehouse,
    statements,
    async [Symbol.asyncDispose]() {
      await warehouse.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
const work = (session: Session) => session.query('update t').then(() => 'value');
const options = { baseMs: 1 };

describe('a transaction of the warehouse', () => {
  it('is done whole again when the warehouse rolls it back', async () => {
    let failures = 2;
    await using context = await answering((statement) =>
      statement === 'commit' && failures-- > 0
        ? failure('XX000', '1023: Serializable isolation violation on table - 1')
        : done('OK'),
    );
    expect(await context.warehouse.transaction(work, options)).toBe('value');
    const once = ['begin', 'update t', 'commit'];
    expect(context.statements).toEqual([...once, ...once, ...once]);
  });

  it('is done whole again when the connection breaks in its midst', async () => {
    let breaks = 1;
    await using context = await answering((statement, socket) => {
      if (statement === 'update t' && breaks-- > 0) socket.destroy();
      return done('OK');
    });
    expect(await context.warehouse.transaction(work, options)).toBe('value');
    expect(context.statements).toEqual(['begin', 'update t', 'begin', 'update t', 'commit']);
  });

  it.each([
    [true, 1],
    [false, 2],
  ])(
    'whose COMMIT is lost is asked after: happened = %s, so it commits %i times',
    async (happened, commits) => {
      let breaks = 1;
      await using context = await answering((statement, socket) => {
        if (statement === 'commit' && breaks-- > 0) socket.destroy();
        return done('OK');
      });
      const asked = (session: Session) => session.query('ask').then(() => happened);
      expect(await context.warehouse.transaction(work, { ...options, happened: asked })).toBe('value');
      expect(context.statements.filter((each) => each === 'commit')).toHaveLength(commits);
      expect(context.statements.filter((each) => each === 'ask')).toHaveLength(1);
    },
  );

  it('is not repeated for an error that does not pass, nor for ever', async () => {
    await using refusing = await answering((statement) =>
      statement === 'update t' ? failure('42601', 'syntax error') : done('OK'),
    );
    await expect(refusing.warehouse.transaction(work, options)).rejects.toMatchObject({ code: 'THAL-W003' });
    expect(refusing.statements).toEqual(['begin', 'update t']);
    await using unlucky = await answering((statement) =>
      statement === 'update t' ? failure('40001', 'could not serialize access') : done('OK'),
    );
    const tried = unlucky.warehouse.transaction(work, { ...options, attempts: 3 });
    await expect(tried).rejects.toBeInstanceOf(PipelineError);
    expect(unlucky.statements.filter((each) => each === 'begin')).toHaveLength(3);
  });
});

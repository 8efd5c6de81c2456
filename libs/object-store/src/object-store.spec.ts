import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildManifest, isNotFound, ObjectStore, parseManifest } from './index.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The store's client against a server that answers as told. */
async function answering(answer: Answer): Promise<AsyncDisposable & { store: ObjectStore }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const store = new ObjectStore({
    bucket: 'b',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'k', secretAccessKey: 's' },
  });
  return {
    store,
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
const xmlError =
  (status: number, code: string): Answer =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  };

describe('errors of the store', () => {
  it('are refusals when the store says no, naming the object', async () => {
    await using context = await answering(xmlError(403, 'AccessDenied'));
    const asked = context.store.put('dir/key', 'x');
    await expect(asked).rejects.toMatchObject({ code: 'THAL-O002', disposition: 'halt' });
    await expect(asked).rejects.toThrow('s3://b/dir/key');
  });

  it('pass when it is busy or not there', async () => {
    await using context = await answering(xmlError(503, 'SlowDown'));
    await expect(context.store.get('k')).rejects.toMatchObject({ code: 'THAL-O001' });
    const nowhere = new ObjectStore({
      bucket: 'b',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'k', secretAccessKey: 's' },
    });
    await expect(nowhere.get('k')).rejects.toMatchObject({ code: 'THAL-O001', disposition: 'retry' });
  });

  it('tell a missing object', async () => {
    await using context = await answering(xmlError(404, 'NoSuchKey'));
    const error: unknown = await context.store.get('k').catch((caught: unknown) => caught);
    expect(isNotFound(error)).toBe(true);
  });
});

describe('manifests', () => {
  it('name every file as mandatory, with its length', () => {
    const text = buildManifest((key) => `s3://b/${key}`, [{ key: 'a.gz', bytes: 3 }]);
    expect(text).toBe('{"entries":[{"url":"s3://b/a.gz","mandatory":true,"meta":{"content_length":3}}]}');
    expect(parseManifest(text)).toEqual([{ url: 's3://b/a.gz', bytes: 3 }]);
  });

  it('refuse an address of another bucket', () => {
    const store = new ObjectStore({ bucket: 'b', region: 'r' });
    expect(store.keyOf('s3://b/x/y')).toBe('x/y');
    expect(() => store.keyOf('s3://other/x')).toThrow('not in the bucket b');
  });
});

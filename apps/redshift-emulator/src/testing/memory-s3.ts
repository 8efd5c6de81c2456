import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** An S3 that lives in this process: GET, PUT, HEAD, DELETE, LIST, path style, one pair of keys. For tests only. */
export interface MemoryS3 extends AsyncDisposable {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
}

const ACCESS_KEY = 'TESTKEY';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const chunked = String(request.headers['content-encoding'] ?? '').includes('aws-chunked');
  return chunked ? withoutChunkSignatures(body) : body;
}

/** `size;…\r\n` data `\r\n` … `0\r\n` trailers. */
function withoutChunkSignatures(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function list(response: ServerResponse, objects: Map<string, Buffer>, bucket: string, prefix: string): void {
  const found = [...objects]
    .filter(([name]) => name.startsWith(`${bucket}/${prefix}`))
    .map(([name, body]) => [name.slice(bucket.length + 1), body.length] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const contents = found.map(
    ([key, size]) => `<Contents><Key>${xml(key)}</Key><Size>${size}</Size></Contents>`,
  );
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, Buffer>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const name = decodeURIComponent(url.pathname.slice(1));
  const body = await bodyOf(request);
  const authorized = (request.headers.authorization ?? '').includes(`Credential=${ACCESS_KEY}/`);
  if (!authorized) return fail(response, 403, 'InvalidAccessKeyId', 'The key does not exist');
  const slash = name.indexOf('/');
  if (slash < 0 || slash === name.length - 1) {
    return list(response, objects, name.replace('/', ''), url.searchParams.get('prefix') ?? '');
  }
  if (request.method === 'PUT') {
    objects.set(name, body);
    response.writeHead(200, { etag: '"1"' }).end();
    return;
  }
  if (request.method === 'DELETE') {
    objects.delete(name);
    response.writeHead(204).end();
    return;
  }
  const object = objects.get(name);
  if (object === undefined) return fail(response, 404, 'NoSuchKey', 'The specified key does not exist.');
  response.writeHead(200, { 'content-length': object.length });
  response.end(request.method === 'HEAD' ? undefined : object);
}

/** Starts one on a free port. */
export async function startMemoryS3(): Promise<MemoryS3> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    serve(request, response, objects).catch((error: unknown) =>
      fail(response, 500, 'InternalError', String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: ACCESS_KEY,
    secretAccessKey: 'testsecret',
    objects,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

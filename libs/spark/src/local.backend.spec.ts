import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { LocalBackend } from './local.backend.js';
import type { RunRequest } from './compute-backend.js';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A driver that answers as the test says, and remembers what it was asked. */
class FakeDriver implements AsyncDisposable {
  readonly asked: string[] = [];
  private constructor(private readonly server: Server) {}

  static async start(answer: Answer): Promise<FakeDriver> {
    const driver = new FakeDriver(createServer());
    driver.server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        driver.asked.push(`${request.method} ${request.url}`);
        answer(request, response, Buffer.concat(parts).toString());
      });
    });
    driver.server.listen(0, '127.0.0.1');
    await once(driver.server, 'listening');
    return driver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    if (this.server.listening) await once(this.server, 'close');
  }
}

const request: RunRequest = {
  run: 'r1',
  package: 'gme',
  models: ['tadw.a'],
  inputs: {},
  output: 's3a://b/o/',
};
const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

describe('LocalBackend', () => {
  it('sends the request and reads the result', async () => {
    const result = {
      run: 'r1',
      models: [{ model: 'tadw.a', rows: 3, durationMs: 5, files: [] }],
      durationMs: 6,
    };
    let sent: unknown;
    await using driver = await FakeDriver.start((_request, response, body) => {
      sent = JSON.parse(body);
      json(response, 200, result);
    });
    using backend = new LocalBackend(driver.url);
    expect(await backend.run(request)).toEqual(result);
    expect(sent).toEqual(request);
  });

  it('gives models by id', async () => {
    const described = {
      layer: 'tadw',
      name: 'a',
      inputs: [],
      key: ['id'],
      grain: [],
      columns: [],
      checks: [],
    };
    await using driver = await FakeDriver.start((_request, response) =>
      json(response, 200, { package: 'my models', models: [{ model: 'tadw.a', ...described }] }),
    );
    using backend = new LocalBackend(driver.url);
    expect(await backend.describe('my models')).toEqual([{ id: 'tadw.a', ...described }]);
    expect(driver.asked).toEqual(['GET /models?package=my%20models']);
  });

  it.each([
    [422, 'model', 'THAL-C002', 'halt'],
    [503, 'store', 'THAL-C001', 'retry'],
    [500, 'spark', 'THAL-C001', 'retry'],
    [400, 'request', 'THAL-X002', 'halt'],
  ])('translates %i %s to %s', async (status, kind, code, disposition) => {
    const error = { kind, message: 'tadw.a: division by zero', model: 'tadw.a' };
    await using driver = await FakeDriver.start((_request, response) => json(response, status, { error }));
    using backend = new LocalBackend(driver.url);
    await expect(backend.run(request)).rejects.toMatchObject({
      code,
      disposition,
      context: { kind, model: 'tadw.a' },
    });
  });

  it('says where nobody answers, as an error to retry', async () => {
    const driver = await FakeDriver.start(() => undefined);
    const { url } = driver;
    await driver[Symbol.asyncDispose]();
    using backend = new LocalBackend(url);
    await expect(backend.run(request)).rejects.toMatchObject({
      code: 'THAL-C001',
      message: expect.stringContaining(url) as string,
    });
  });

  it('takes a broken connection and an answer that is not JSON as Spark not being there', async () => {
    let broken = true;
    await using driver = await FakeDriver.start((_request, response) => {
      if (broken) response.destroy();
      else response.end('<html>');
    });
    using backend = new LocalBackend(driver.url);
    await expect(backend.run(request)).rejects.toMatchObject({ code: 'THAL-C001' });
    broken = false;
    await expect(backend.run(request)).rejects.toMatchObject({ code: 'THAL-C001' });
  });

  it('names an answer of another version', async () => {
    await using driver = await FakeDriver.start((_request, response) => json(response, 200, { ok: true }));
    using backend = new LocalBackend(driver.url);
    await expect(backend.run(request)).rejects.toMatchObject({ code: 'THAL-X002' });
  });

  it('cancels the run when it is aborted', async () => {
    const controller = new AbortController();
    await using driver = await FakeDriver.start((incoming, response) => {
      if (incoming.method === 'POST') controller.abort();
      else json(response, 202, {});
    });
    using backend = new LocalBackend(driver.url);
    await expect(backend.run(request, controller.signal)).rejects.toMatchObject({ code: 'THAL-C001' });
    expect(driver.asked).toEqual(['POST /runs', 'DELETE /runs/r1']);
  });
});

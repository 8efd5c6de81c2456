import { getContainerRuntimeClient, ImageName, type ContainerRuntimeClient } from 'testcontainers';
import { images, type VendorServer } from './images.js';

/** Testcontainers' own helper, which removes containers whose test was killed. Fetched only when fetching is allowed. */
const reaperImage = process.env['RYUK_CONTAINER_IMAGE'] ?? 'testcontainers/ryuk:0.14.0';

const mayPull = process.env['THALAMUS_TEST_PULL'] === '1';

let found: Promise<ContainerRuntimeClient | string> | undefined;

/** The engine, or a sentence why there is none. Looked for once. */
function findEngine(): Promise<ContainerRuntimeClient | string> {
  found ??= getContainerRuntimeClient().catch(
    (error: unknown) => `no container engine (${error instanceof Error ? error.message : String(error)})`,
  );
  return found;
}

/**
 * What is missing to run these servers in containers; undefined when nothing is. Images are never fetched unless
 * `THALAMUS_TEST_PULL=1` says so: a test run must not load gigabytes unasked.
 */
async function missingFor(servers: readonly VendorServer[]): Promise<string | undefined> {
  const engine = await findEngine();
  if (typeof engine === 'string') return engine;
  if (mayPull) return undefined;
  const has = (image: string): Promise<boolean> => engine.image.exists(ImageName.fromString(image));
  // Without its helper a killed test leaves its containers; that is better than not to test.
  if (!(await has(reaperImage))) process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const missing: string[] = [];
  for (const server of servers) if (!(await has(images[server]))) missing.push(images[server]);
  return missing.length === 0
    ? undefined
    : `no image ${missing.join(', ')} in the engine; fetch it, or set THALAMUS_TEST_PULL=1`;
}

/**
 * Registers tests that need servers in containers; awaited at the top of a spec. Where the engine or an image is missing
 * one skipped test says which.
 */
export async function onContainers(
  title: string,
  servers: readonly VendorServer[],
  register: () => void,
): Promise<void> {
  const missing = await missingFor(servers);
  if (missing === undefined) describe(title, register);
  else describe(title, () => it.skip(`SKIPPED: ${missing}`, () => undefined));
}

/** Name or address under which published ports of containers are reached. */
export async function engineHost(): Promise<string> {
  const engine = await findEngine();
  if (typeof engine === 'string') throw new Error(engine);
  return engine.info.containerRuntime.host;
}

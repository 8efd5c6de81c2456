import type { StartedTestContainer } from 'testcontainers';

/** A server in a container, with what its clients need. Stopping removes the container. */
export class Served<T> implements AsyncDisposable {
  constructor(
    private readonly container: StartedTestContainer,
    readonly address: T,
  ) {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.container.stop();
  }
}

/** Finishes a start: a server that does not answer takes its container along. */
export async function serve<T>(
  container: StartedTestContainer,
  address: T,
  ready: () => Promise<unknown>,
): Promise<Served<T>> {
  try {
    await ready();
    return new Served(container, address);
  } catch (error) {
    await container.stop();
    throw error;
  }
}

import type { Writable } from 'node:stream';
import type { Backend } from '../session/backend.js';

/** Holds PostgreSQL back while a file is written more slowly than rows come. */
export class BackendFlow {
  private paused = false;
  private ended = false;

  constructor(private readonly backend: Backend) {}

  /** Stops reading until the stream has drained. */
  pauseUntilDrained(stream: Writable): void {
    if (this.paused || this.ended) return;
    this.paused = true;
    this.backend.setFlowing(false);
    stream.once('drain', () => this.resume());
  }

  /** Lets rows flow again for good: an ended stream does not drain, and the session goes on. */
  end(): void {
    this.ended = true;
    this.resume();
  }

  private resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.backend.setFlowing(true);
  }
}

import type { ChangeTrackingAdmin } from './change-tracking/change-tracking-admin.js';
import { startControl, type ControlEndpoint } from './control.js';
import type { Engine } from './engine.js';
import { Moods } from './moods.js';
import type { Certificate } from './protocol/certificate.js';
import type { TlsMode } from './protocol/prelogin.js';
import type { RestorePoints } from './restore-points.js';
import { startTdsServer } from './protocol/tds-server.js';

export interface ServerOptions {
  readonly engine: Engine;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `optional`: as the client asks. */
  readonly tls?: TlsMode;
  /** Default: made on start. */
  readonly certificate?: Certificate;
  /** Default: no control endpoint. */
  readonly control?: {
    readonly port: number;
    readonly changeTracking: ChangeTrackingAdmin;
    readonly restorePoints: RestorePoints;
  };
}

/** A listening server in front of an engine. */
export interface RunningServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** PEM of the certificate that clients may trust; undefined without TLS. */
  readonly certificate: string | undefined;
  readonly controlUrl: string | undefined;
  /** What the server is told to do wrong. */
  readonly moods: Moods;
  /** Closes every connection and session; the engine stays. */
  stop(): Promise<void>;
}

/** Serves an engine over TDS, with the control endpoint if one is asked for. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const moods = new Moods();
  const { control: controlOptions, ...tds } = options;
  const server = await startTdsServer({ ...tds, interference: moods });
  let control: ControlEndpoint | undefined;
  try {
    if (controlOptions !== undefined) {
      const { port, ...tools } = controlOptions;
      control = await startControl(port, { moods, server, ...tools });
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await control?.close();
    await server.close();
  };
  return {
    host: server.host,
    port: server.port,
    certificate: server.certificate,
    controlUrl: control?.url,
    moods,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

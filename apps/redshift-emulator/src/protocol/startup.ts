import { readCstring } from './messages.js';

const PROTOCOL_3 = 196608;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

/** What a connection says first. */
export type StartupPacket =
  | { readonly kind: 'ssl' | 'gss' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: number }
  | { readonly kind: 'startup'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'unknown'; readonly code: number };

/** Parameters that PostgreSQL would refuse or that name the session to the proxy itself. */
const KEPT_PARAMETERS = new Map([
  ['client_encoding', 'client_encoding'],
  ['datestyle', 'datestyle'],
  ['timezone', 'timezone'],
  ['extra_float_digits', 'extra_float_digits'],
  ['application_name', 'application_name'],
  ['search_path', 'search_path'],
]);

/** Reads a start-up packet (its length word removed). */
export function parseStartup(body: Buffer): StartupPacket {
  const code = body.readInt32BE(0);
  if (code === SSL_REQUEST) return { kind: 'ssl' };
  if (code === GSS_REQUEST) return { kind: 'gss' };
  if (code === CANCEL_REQUEST) {
    return { kind: 'cancel', pid: body.readInt32BE(4), secret: body.readInt32BE(8) };
  }
  // Minor versions above 0 are answered as 3.0, as an older server does.
  if (code >> 16 !== PROTOCOL_3 >> 16) return { kind: 'unknown', code };
  const parameters = new Map<string, string>();
  let offset = 4;
  while (offset < body.length && body[offset] !== 0) {
    const name = readCstring(body, offset);
    const value = readCstring(body, name.next);
    parameters.set(name.text, value.text);
    offset = value.next;
  }
  return { kind: 'startup', parameters };
}

/**
 * The session settings among the start-up parameters. Redshift's driver sends many that only Redshift knows
 * (`driver_version`, `os_version`, `plugin_name`, `idp_*`, …); PostgreSQL ends the connection over each of them.
 */
export function sessionSettings(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of parameters) {
    const kept = KEPT_PARAMETERS.get(name.toLowerCase());
    if (kept !== undefined) settings.set(kept, value);
  }
  return settings;
}

/** `-c name=value` and `--name=value` of the `options` parameter. */
export function settingsOfOptions(options: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [, name, value] of options.matchAll(/(?:-c\s*|--)([a-z_.]+)=((?:\\.|\S)*)/gi)) {
    if (name !== undefined && value !== undefined)
      settings.set(name.toLowerCase(), value.replace(/\\(.)/g, '$1'));
  }
  return settings;
}

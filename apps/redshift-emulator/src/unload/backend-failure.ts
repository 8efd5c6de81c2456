import { RedshiftError, type ErrorFields } from '../errors.js';

/** An error PostgreSQL gave to a statement of the emulator's own, as the client's. */
export function backendFailure({ code, message, detail }: ErrorFields): RedshiftError {
  return new RedshiftError(code, message, detail === undefined ? {} : { detail });
}

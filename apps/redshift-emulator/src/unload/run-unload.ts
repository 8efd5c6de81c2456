import { notSupportedByEmulator } from '../errors.js';
import type { UnloadStatement } from '../language/unload-statement.js';
import type { TransferContext } from '../session/transfer-context.js';

/** Runs an UNLOAD within the transaction that is open, and tells the client of its success. */
export async function runUnload(statement: UnloadStatement, _context: TransferContext): Promise<void> {
  await Promise.reject(notSupportedByEmulator(`UNLOAD to ${statement.options.format}`));
}

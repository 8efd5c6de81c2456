import { spawn } from 'node:child_process';
import { root } from './workspace.mjs';

/** Something the reader can mend; printed without a stack. */
export class SetupError extends Error {}

/**
 * Children share the terminal's group, so Ctrl-C reaches them by itself; a plain TERM to this process does not.
 *
 * @returns what takes the handlers away again
 */
function endWith(child) {
  const handlers = ['SIGTERM', 'SIGHUP'].map((signal) => [
    signal,
    () => {
      child.kill(signal);
      process.exit(143);
    },
  ]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}

/**
 * Runs a command quietly and keeps the end of its output for the error.
 *
 * @param onLine receives each line of output as it comes
 */
export function run(command, args, { cwd = root, env = {}, onLine = () => undefined } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const release = endWith(child);
    let tail = '';
    let output = '';
    const take = (chunk) => {
      output = (output + chunk).slice(-8000);
      const lines = (tail + chunk).split('\n');
      tail = lines.pop();
      lines.forEach(onLine);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (cause) => {
      release();
      reject(new SetupError(`${command} cannot be started: ${cause.message}`, { cause }));
    });
    child.once('close', (code, signal) => {
      release();
      if (code === 0) resolve(output);
      else
        reject(
          new SetupError(
            `${command} ${args.slice(0, 3).join(' ')} … ended with ${signal ?? `code ${code}`}:\n${output.trim()}`,
          ),
        );
    });
  });
}

#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { runDemo, type DemoOptions } from './demo/demo.js';
import { verifyCommand } from './verify/verify.command.js';

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number above 0');
  return value;
};

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      process.stdout.write('\nStopping…\n');
      controller.abort();
    });
  return controller.signal;
}

const demo = new Command('demo')
  .description('the whole pipeline on this machine: load, live traffic, verification')
  .addOption(
    new Option('--scale <scale>', 'rows of the sample')
      .choices(['small', 'medium', 'large'])
      .default('small'),
  )
  .option('--traffic-seconds <n>', 'how long traffic runs', positive, 60)
  .option('--rate <n>', 'transactions a second', positive, 20)
  .option('--exit', 'end by itself; exit code 0 only if the verification passed', false)
  .action(
    async (given: { scale: DemoOptions['scale']; trafficSeconds: number; rate: number; exit: boolean }) => {
      const signal = interruption();
      try {
        const { rate, ...rest } = given;
        const passed = await runDemo({ ...rest, ratePerSecond: rate, signal });
        process.exitCode = passed ? 0 : 1;
      } catch (error) {
        if (!signal.aborted) throw error;
        process.exitCode = 130;
      }
    },
  );

const program = new Command('thalamus')
  .description('Keeps a warehouse in step with Azure SQL')
  .addCommand(demo)
  .addCommand(verifyCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}

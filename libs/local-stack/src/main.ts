#!/usr/bin/env node
import { Argument, Command, InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import { supervise } from './commands/supervise.command.js';
import { down, up } from './commands/up.command.js';
import { componentNames, type ComponentName } from './component-catalogue.js';
import { findStack } from './control-client.js';
import type { ServiceCommand } from './control-server.js';
import { StackError } from './local-stack.errors.js';
import { defaultStackDir } from './stack-paths.js';
import { clientHints, statusJson, statusTable, stoppedReport } from './status-report.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Commander hands over the default as a second argument, which `resolve` itself would take for a path. */
const absolute = (text: string): string => resolve(text);

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1');
  return value;
}

function components(text: string): ComponentName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !componentNames.includes(name as ComponentName));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`unknown: ${unknown.join(', ')}; known: ${componentNames.join(', ')}`);
  return names as ComponentName[];
}

const program = new Command('local-stack')
  .description('the whole platform on this machine')
  .option('--dir <path>', 'where data, logs and stack.json are kept', absolute, defaultStackDir);

const stackDir = (): string => program.opts<{ dir: string }>().dir;

interface StartFlags {
  readonly components?: ComponentName[];
  readonly config?: string;
}

const withStartFlags = (command: Command): Command =>
  command
    .option(
      '--components <names>',
      `comma-separated, of ${componentNames.join(', ')}; default all`,
      components,
    )
    .option('--config <path>', 'pipeline.yaml of the services; default the sample', absolute);

withStartFlags(program.command('up'))
  .description('start everything in the background')
  .action(async (flags: StartFlags) => {
    const args = [
      ...(flags.components === undefined ? [] : ['--components', flags.components.join(',')]),
      ...(flags.config === undefined ? [] : ['--config', flags.config]),
    ];
    const description = await up(stackDir(), args, say);
    say(`\n${statusTable(description)}\n\n${clientHints(description.endpoints)}`);
  });

withStartFlags(program.command('supervise'))
  .description('run the stack in this process until it is told to stop')
  .action(async (flags: StartFlags) => {
    const log = (line: string): void => say(`${new Date().toISOString()} ${line}`);
    process.exitCode = await supervise({ dir: stackDir(), log, ...flags });
  });

program
  .command('down')
  .description('stop everything; data is kept')
  .action(async () => {
    if (!(await down(stackDir(), say))) say(stoppedReport(stackDir()));
  });

program
  .command('status')
  .description('what runs, and where')
  .option('--json', 'for scripts', false)
  .action(async ({ json }: { json: boolean }) => {
    const client = findStack(stackDir());
    const description = await client?.describe();
    if (description === undefined) {
      say(
        json ? JSON.stringify({ running: false, dir: stackDir() }, undefined, 2) : stoppedReport(stackDir()),
      );
      process.exitCode = 3;
      return;
    }
    if (json) say(JSON.stringify(statusJson(description), undefined, 2));
    else say(`${statusTable(description)}\n\n${clientHints(description.endpoints)}`);
  });

program
  .command('service')
  .description('start, stop or kill one component of the running stack')
  .addArgument(new Argument('<action>').choices(['start', 'stop', 'kill']))
  .argument('<name>', componentNames.join(', '))
  .option('--replica <n>', 'from 1', positiveInteger, 1)
  .action(async (action: ServiceCommand['action'], name: string, { replica }: { replica: number }) => {
    const client = findStack(stackDir());
    if (client === undefined) throw new StackError(stoppedReport(stackDir()));
    await client.command({ action, name, replica });
    say(`${name} ${replica}: ${{ start: 'started', stop: 'stopped', kill: 'killed' }[action]}`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof StackError ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}

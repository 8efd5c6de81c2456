// Runs Jest with a real Kafka beside it, for the suites that name KAFKA_BROKERS: node tools/jest-with-kafka.mjs [jest arguments]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack } from '@thalamus/local-stack';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parent = join(root, '.thalamus', 'test');
mkdirSync(parent, { recursive: true });
const stack = await startStack({ dir: mkdtempSync(join(parent, 'kafka-')), ephemeral: true, components: ['kafka'] });
const child = spawn(process.execPath, [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, KAFKA_BROKERS: stack.endpoints.kafka.brokers.join(',') },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
const code = await new Promise((resolve) => {
  child.once('error', () => resolve(127));
  child.once('exit', (status) => resolve(status ?? 128));
});
await stack.stop();
process.exit(code);

#!/usr/bin/env node
// Sets the clone up: npm packages, Node 24, Kafka and Spark's jars, Python, and the build. May be repeated at any time.
import { readableSize, folderSize } from './setup/progress.mjs';
import { ensureSetup, explain } from './setup/ensure.mjs';
import { runtimeDir } from './setup/workspace.mjs';

const began = Date.now();
try {
  await ensureSetup({ bench: process.argv.includes('--bench'), tests: true });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stderr.write(
    `Ready after ${seconds} s; .thalamus holds ${readableSize(folderSize(runtimeDir))}.\n`,
  );
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

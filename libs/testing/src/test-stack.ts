import { mkdtempSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneRoot, startStack, type LocalStack, type StackOptions } from '@thalamus/local-stack';

export type TestStack = LocalStack;

/** A part of the local stack that goes with the test. */
export async function startTestStack(
  options: Pick<StackOptions, 'components' | 'sourceDatabase'>,
): Promise<TestStack> {
  const parent = join(cloneRoot, '.thalamus', 'test');
  await mkdir(parent, { recursive: true });
  return startStack({ dir: mkdtempSync(join(parent, 'conformance-')), ephemeral: true, ...options });
}

import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const roots = ['libs', 'apps', 'samples'].flatMap((group) =>
  readdirSync(join(import.meta.dirname, group)).map((name) => join(group, name)),
);

/** One Jest project for each workspace project; its name is the folder's. */
const projects = [...roots, 'e2e', 'bench']
  .filter((path) => existsSync(join(import.meta.dirname, path, 'package.json')))
  .map((path) => ({
    displayName: path.split('/').at(-1),
    rootDir: join(import.meta.dirname, path),
    testEnvironment: 'node',
    testMatch: ['<rootDir>/src/**/*.spec.ts'],
    extensionsToTreatAsEsm: ['.ts'],
    testEnvironmentOptions: { customExportConditions: ['@thalamus/source', 'node', 'node-addons'] },
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          jsc: {
            parser: { syntax: 'typescript', decorators: true },
            transform: { legacyDecorator: true, decoratorMetadata: true },
            target: 'es2023',
          },
          module: { type: 'es6' },
          sourceMaps: 'inline',
        },
      ],
    },
    transformIgnorePatterns: ['/node_modules/'],
  }));

export default { projects, testTimeout: 60_000 };

import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/**
 * The import rules, one row a tag: contracts ← core ← adapters ← platform ← apps. `tools/lint-canary.mjs` feeds each
 * row a forbidden import and expects the error, so that a silent rule is noticed.
 */
export const depConstraints = [
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['type:contracts'], allowedExternalImports: ['zod', 'fast-check'] },
  { sourceTag: 'type:core', onlyDependOnLibsWithTags: ['type:contracts'], allowedExternalImports: ['fast-check'] },
  {
    sourceTag: 'type:adapter',
    onlyDependOnLibsWithTags: ['type:contracts', 'type:core'],
    bannedExternalImports: ['@nestjs/*', 'rxjs'],
  },
  { sourceTag: 'scope:mssql', bannedExternalImports: ['kafkajs', 'pg', '@aws-sdk/*'] },
  { sourceTag: 'scope:kafka', bannedExternalImports: ['mssql', 'tedious', 'pg', '@aws-sdk/*'] },
  { sourceTag: 'scope:redshift', bannedExternalImports: ['mssql', 'tedious', 'kafkajs', '@aws-sdk/*'] },
  { sourceTag: 'scope:object-store', bannedExternalImports: ['mssql', 'tedious', 'kafkajs', 'pg'] },
  { sourceTag: 'scope:spark', bannedExternalImports: ['mssql', 'tedious', 'kafkajs', 'pg', '@aws-sdk/*'] },
  {
    sourceTag: 'type:platform',
    onlyDependOnLibsWithTags: ['type:contracts', 'type:core', 'scope:kafka'],
    bannedExternalImports: ['kafkajs', 'mssql', 'tedious', 'pg', '@aws-sdk/*'],
  },
  {
    sourceTag: 'type:service',
    onlyDependOnLibsWithTags: ['type:contracts', 'type:core', 'type:adapter', 'type:platform'],
    bannedExternalImports: ['kafkajs', 'mssql', 'tedious', 'pg', '@aws-sdk/*'],
  },
  { sourceTag: 'type:emulator', onlyDependOnLibsWithTags: ['scope:embedded-postgres'] },
  { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:contracts', 'type:core', 'type:adapter', 'type:tool', 'type:sample'] },
  { sourceTag: 'type:sample', onlyDependOnLibsWithTags: [] },
];

const boundaries = [
  'error',
  {
    enforceBuildableLibDependency: false,
    allow: [],
    banTransitiveDependencies: false,
    depConstraints: [...depConstraints, { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['*'] }],
  },
];

const pure = ['libs/core/src/**/*.ts', 'libs/contracts/src/**/*.ts'];
const specs = ['**/*.spec.ts', 'libs/core/src/testing/**/*.ts', 'libs/testing/**/*.ts'];

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/node_modules', '.nx', '.thalamus', '**/*.mjs', '**/*.js'] },
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries,
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      '@typescript-eslint/class-literal-property-style': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
      ],
    },
  },
  {
    files: pure,
    ignores: specs,
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch', 'console', 'performance'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'core reads no clock: pass the time in.' },
        { object: 'Math', property: 'random', message: 'core draws no randomness: pass it in.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'core reads no clock: pass the time in.' },
        { selector: 'ImportDeclaration[source.value=/^node:(?!crypto)/]', message: 'core does no I/O.' },
      ],
    },
  },
  {
    files: specs,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);

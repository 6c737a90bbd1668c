import tseslint from 'typescript-eslint';

/** What a pure file may not reach: I/O, the clock, the process. Decisions stay apart from it (docs/architecture.md). */
const pureFiles = [
  'lib/{annotation-names,duration,file-path,issue,json,names,plan,plan-hash,property,quantity,ref,result,text}.ts',
  'lib/stores/*.ts',
  'webhook/core/**/*.ts',
  'agent/core/**/*.ts',
  'broker/**/core/**/*.ts',
  'certs/core/**/*.ts',
  'cli/core/**/*.ts',
];
const ioModules = [
  'fs',
  'fs/promises',
  'net',
  'tls',
  'http',
  'https',
  'dns',
  'child_process',
  'os',
  'timers',
  'timers/promises',
  'process',
];

/** Parts that meet in lib/ only. */
const parts = ['webhook', 'agent', 'broker'];
const apart = parts.map((part) => ({
  files: [`${part}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: parts
          .filter((other) => other !== part)
          .map((other) => ({
            group: [`**/${other}/**`, `!**/lib/${other}/**`],
            message: `${part} and ${other} meet in lib/ only.`,
          })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'coverage'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-statements': ['error', 25],
      'no-param-reassign': 'error',
      'no-console': 'error',
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message: 'Only main files touch the process (import it there from node:process).',
        },
      ],
    },
  },
  ...apart,
  {
    files: pureFiles,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ioModules
            .flatMap((name) => [name, `node:${name}`])
            .map((name) => ({ name, message: 'This file decides; it does no I/O.' })),
          patterns: [
            { group: ['**/providers/**', '**/kube/**'], message: 'This file decides; it does no I/O.' },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'fetch',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Take the time as an argument.',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Take the time as an argument.',
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Take randomness as an argument.',
        },
      ],
    },
  },
  {
    files: ['**/main.ts', 'demo/**/*.ts', 'test/**/*.ts', 'cli/**/*.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-statements': 'off',
      '@typescript-eslint/explicit-function-return-type': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);

/** Tests run the TypeScript sources as they are: Node strips the types, Jest only needs to be told so. */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
  testTimeout: 30_000,
  globalSetup: '<rootDir>/test/support/build-programs.mjs',
  errorOnDeprecated: true,
};

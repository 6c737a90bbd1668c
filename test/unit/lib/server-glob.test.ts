import { expect, test } from '@jest/globals';
import { matchesServer } from '../../../lib/server-glob.ts';

test.each([
  ['https://vault.example', 'https://vault.example', true],
  ['https://vault.example/', 'https://vault.example', true],
  ['https://*.example', 'https://vault.example', true],
  ['https://*', 'https://vault.example:8200', true],
  ['https://vault.example/*', 'https://vault.example/team', true],
  ['*://vault.example', 'http://vault.example', true],
  // A path that ends like the host that was meant.
  ['https://*.example', 'https://evil.test/vault.example', false],
  ['https://*.example', 'https://evil.test/.example', false],
  ['https://*', 'https://vault.example/team', false],
  ['https://vault.example/*', 'https://vault.example', false],
  ['https://vault.example', 'https://vault.example/team', false],
  ['https://vault.example*', 'https://vault.example/team', false],
  ['https://*.example', 'http://vault.example', false],
  ['*', 'https://vault.example', false],
])('%s and %s: %s', (glob, server, fits) => {
  expect(matchesServer(glob, server)).toBe(fits);
});

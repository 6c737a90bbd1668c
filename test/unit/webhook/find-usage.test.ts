import { expect, test } from '@jest/globals';
import type { Store } from '../../../lib/stores/store.ts';
import { findProblems } from '../../../webhook/core/find-usage.ts';

const vault = (path: string, kvVersion: 'v1' | 'v2'): Store['provider'] => ({
  type: 'vault',
  server: 'https://vault.example',
  path,
  kvVersion,
  auth: { method: 'jwt', mountPath: 'jwt', tokenExpirationSeconds: 600 },
});
const providers = {
  'KV v2': vault('kv', 'v2'),
  'KV v1': vault('kv', 'v1'),
  'no mount': vault('', 'v2'),
  aws: {
    type: 'aws',
    region: 'eu-central-1',
    prefix: '',
    roles: { chain: [] },
  } as unknown as Store['provider'],
  file: { type: 'file', path: '/srv' },
} as const satisfies Record<string, Store['provider']>;

const tags = [{ name: 'team', value: 'payments' }];

test.each([
  ['KV v2', { path: 'a', name: 'b', tags }, []],
  ['KV v2', { name: 'b' }, []],
  [
    'KV v1',
    { path: 'a', tags },
    ['tags cannot be looked for: store "s" is of Vault\'s KV v1, which keeps no metadata'],
  ],
  ['KV v1', { name: 'b' }, []],
  ['no mount', { path: 'kv/a' }, []],
  [
    'no mount',
    { name: 'b' },
    ['path is missing: store "s" names no mount (spec.provider.vault.path) to look through'],
  ],
  ['aws', { path: 'a', name: 'b', tags }, []],
  ['file', { path: 'a', name: 'b' }, []],
  ['file', { tags }, ['tags cannot be looked for: store "s" is of provider file, whose secrets have none']],
] as const)('of %s, %j', (provider, find, problems) => {
  const store: Store = {
    kind: 'SecretStore',
    name: 's',
    conditions: [],
    provider: providers[provider],
    via: 'agent',
  };
  expect(findProblems({ ...find, ...('tags' in find ? { tags: [...find.tags] } : {}) }, store)).toEqual(
    problems,
  );
});

import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';
import { aws, bitwarden, vault } from '../../../support/policy/manifests.ts';

const read = (
  access: unknown,
  { provider = vault(), via }: { provider?: object; via?: unknown } = {},
): ReadStore =>
  readStore({ kind: 'ClusterSecretStore', metadata: { name: 's' }, spec: { provider, access, via } });

const readOwn = (fields: object): ReadStore =>
  readStore({
    kind: 'SecretStore',
    metadata: { name: 's', namespace: 'payments' },
    spec: { provider: vault(), ...fields },
  });

describe('spec.access', () => {
  test('may be left out', () => {
    expect(read(undefined).store).not.toHaveProperty('access');
    expect(read([]).store).toMatchObject({ access: [] });
  });

  test('says who gets which keys', () => {
    const { store, problems } = read([
      { namespaces: ['payments', 'hr'], serviceAccounts: ['api'], keys: ['payments/*', '${namespace}/x'] },
      { namespaceSelector: { matchLabels: { team: 'hr' } }, keys: ['*'] },
      { keys: ['${serviceAccount}'] },
    ]);
    expect(problems).toEqual([]);
    expect(store?.access).toEqual([
      {
        place: 'spec.access[0]',
        namespaces: ['payments', 'hr'],
        serviceAccounts: ['api'],
        keys: ['payments/*', '${namespace}/x'],
      },
      {
        place: 'spec.access[1]',
        namespaceSelector: [{ key: 'team', operator: 'In', values: ['hr'] }],
        keys: ['*'],
      },
      { place: 'spec.access[2]', keys: ['${serviceAccount}'] },
    ]);
  });

  test.each([
    ['all', ['spec.access must be a list']],
    [
      ['all'],
      ['spec.access[0] must be an object', 'spec.access[0].keys is missing; "*" stands for every key'],
    ],
    [[{}], ['spec.access[0].keys is missing; "*" stands for every key']],
    [[{ keys: [] }], ['spec.access[0].keys is empty; "*" stands for every key']],
    [[{ keys: '*' }], ['spec.access[0].keys must be a list of strings']],
    [[{ key: ['x'], keys: ['x'] }], ['spec.access[0].key is not a known field; did you mean keys?']],
    [
      [{ namespaces: [], serviceAccounts: [], keys: ['x'] }],
      [
        'spec.access[0].namespaces is empty; leave it out for all namespaces',
        'spec.access[0].serviceAccounts is empty; leave it out for all ServiceAccounts',
      ],
    ],
    [
      [{ keys: ['x'] }, { namespaces: ['team-*'], serviceAccounts: ['*'], keys: ['x'] }],
      [
        'spec.access[1].namespaces has "team-*"; it takes names of namespaces, no patterns',
        'spec.access[1].serviceAccounts has "*"; it takes names of ServiceAccounts, no patterns',
      ],
    ],
    [
      [{ namespaces: ['a'], namespaceSelector: {}, keys: ['x'] }],
      ['spec.access[0].namespaceSelector stands beside namespaces; write an item for each'],
    ],
    [
      [{ keys: ['ok', 'a/../b', 'a//b', 'a/', '', '${pod}/x', 'x'.repeat(1025)] }],
      [
        'spec.access[0].keys[1] is "a/../b", which has the segment ".."',
        'spec.access[0].keys[2] is "a//b", which has an empty segment',
        'spec.access[0].keys[3] is "a/", which has an empty segment',
        'spec.access[0].keys[4] is "", which is empty',
        'spec.access[0].keys[5] is "${pod}/x", which has a placeholder that is none of ${namespace} and ${serviceAccount}',
        `spec.access[0].keys[6] is "${'x'.repeat(77)}...", which has more than 1024 characters`,
      ],
    ],
    [
      Array.from({ length: 1001 }, () => ({ keys: ['x'] })),
      ['spec.access has 1001 keys in all; 1000 are allowed'],
    ],
  ])('%j is wrong', (access, problems) => {
    expect(read(access)).toEqual({ problems, unusable: [], warnings: [] });
  });

  const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret';

  test.each([
    [aws(), [`${arn}:\${namespace}/*`, 'payments/*', '*'], []],
    [
      aws(),
      ['a b*', 'arn:*', `${arn.replace('111122223333', '*')}:x`, `${arn.replace('central', 'west')}:x`],
      [
        'keys[0] is "a b*", which has " "; names of secrets in AWS are letters, digits and "/_+=.@-"',
        'keys[1] is "arn:*", which has "*" or a placeholder before the name of the secret: an ARN is of one region and one account',
        `keys[2] is "${arn.replace('111122223333', '*')}:x", which has "*" or a placeholder before the name of the secret: an ARN is of one region and one account`,
        `keys[3] is "${arn.replace('central', 'west')}:x", which will not do: the ARN is of region "eu-west-1", the store of "eu-central-1"; use a store of that region`,
      ],
    ],
    [bitwarden(), ['any: name', 'be8e0ad8-d545-4017-a55a-b02f014d4158', '*'], []],
  ])('its keys are those of the provider', (provider, keys, problems) => {
    expect(read([{ keys }], { provider }).problems).toEqual(problems.map((text) => `spec.access[0].${text}`));
  });

  test('of a SecretStore is for its own namespace', () => {
    expect(readOwn({ access: [{ namespaces: ['payments'], keys: ['x'] }] }).problems).toEqual([]);
    expect(
      readOwn({
        access: [
          { namespaces: ['payments', 'hr'], keys: ['x'] },
          { namespaceSelector: {}, keys: ['x'] },
        ],
      }).problems,
    ).toEqual([
      'spec.access[0].namespaces has "hr"; a SecretStore serves its own namespace',
      'spec.access[1].namespaceSelector belongs to a ClusterSecretStore; a SecretStore serves its own namespace',
    ]);
  });
});

describe('spec.via', () => {
  test('is the agent unless told otherwise', () => {
    expect(read(undefined).store?.via).toBe('agent');
    expect(read(undefined, { via: 'agent' }).store?.via).toBe('agent');
    expect(read(undefined, { via: 'broker' }).store?.via).toBe('broker');
    expect(readOwn({ via: 'agent' }).store?.via).toBe('agent');
  });

  test.each([
    [read(undefined, { via: 'proxy' }), 'spec.via is "proxy"; it takes agent or broker'],
    [
      readOwn({ via: 'broker' }),
      'spec.via is "broker", which is for ClusterSecretStores: the broker uses its own identity for no SecretStore, since whoever writes one chooses the server',
    ],
    [
      read(undefined, { via: 'broker', provider: { file: { path: '/x' } } }),
      'spec.via is "broker", which reads no files; leave it out',
    ],
  ])('where it cannot be', ({ problems }, problem) => {
    expect(problems).toEqual([problem]);
  });
});

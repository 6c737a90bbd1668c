import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalFound, canonicalKey } from '../../../../lib/policy/canonical.ts';
import {
  awsCanonical,
  bitwardenRealm,
  canonicalText,
  settledKey,
  vaultCanonical,
} from '../../../../lib/policy/canonical-names.ts';
import type { Store } from '../../../../lib/stores/store.ts';
import { resolveKey } from '../../../../providers/vault/path.ts';
import { anyKey, awsStore, bitwardenStore, plainSegments, vaultStore } from './arbitrary.ts';

const textOf = (key: string, { provider }: Store): string => {
  const canonical = canonicalKey(key, provider);
  return canonical.ok ? canonicalText(canonical.value) : `error: ${canonical.error}`;
};

describe('Vault', () => {
  const store = vaultStore();

  test.each([
    ['payments/db', 'vault::kv/payments/db'],
    ['data/db', 'vault::kv/data/db'],
    ['kv/data/data/db', 'vault::kv/data/db'],
    ['/kv/kv/db', 'vault::kv/kv/db'],
    ['kv', 'vault::kv/kv'],
    ['kv/data', 'vault::kv/data'],
    ['/other/data/db', 'vault::other/db'],
    ['/other/db', 'vault::other/db'],
    ['payments/..', 'error: has the segment ".."'],
    ['', 'error: is empty'],
    ['a%41', 'error: has a percent-encoded character'],
    ['100%', 'vault::kv/100%'],
    ['\udc00', 'error: is no Unicode text'],
    ['x'.repeat(2049), 'error: has more than 2048 characters'],
  ])('%j', (key, wanted) => {
    expect(textOf(key, store)).toBe(wanted);
  });

  test('the spellings of a key are one', () => {
    fc.assert(
      fc.property(plainSegments, (segments) => {
        const path = segments.join('/');
        const wanted = vaultCanonical({ segments: ['kv', ...segments] });
        for (const spelling of [`kv/data/${path}`, `/kv/data/${path}`])
          expect(textOf(spelling, store)).toBe(wanted);
        // Behind the mount a plain "data" is the API's, and a key that begins with the mount is a full path.
        if (segments[0] !== 'data') {
          expect(textOf(path, store)).toBe(wanted);
          expect(textOf(`kv/${path}`, store)).toBe(wanted);
        }
      }),
    );
  });

  test('the canonical form stands for itself', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const canonical = canonicalKey(key, store.provider);
        if (!canonical.ok) return;
        const [mount = '', ...secret] = canonical.value.name.split('/');
        // A mount alone is no secret; nothing can be read there.
        if (secret.length === 0) return;
        expect(canonicalKey(`/${mount}/data/${secret.join('/')}`, store.provider)).toEqual(canonical);
      }),
    );
  });

  test.each([
    ['kv', 'v2', 2],
    ['kv/team-a', 'v2', 2],
    ['kv/data/team-a', 'v2', 2],
    ['', 'v2', 2],
    ['kv', 'v1', 1],
    ['kv/team-a', 'v1', 1],
  ] as const)(
    'in a store of path %j and version %s the words say what the mount table says',
    (path, version, kvVersion) => {
      const other = vaultStore({ path, version });
      const mounts = [{ path: ['kv'], type: 'kv', kvVersion }] as const;
      fc.assert(
        fc.property(anyKey, (key) => {
          const canonical = canonicalKey(key, other.provider);
          const read = resolveKey(key, { storePath: path, kvVersion: version, mounts });
          if (!canonical.ok || !read.ok || read.value.kind !== 'secret' || !read.value.seen) return;
          const segments = [...read.value.mount, ...read.value.secret];
          expect(canonicalText(canonical.value)).toBe(vaultCanonical({ segments }));
        }),
      );
    },
  );
});

describe('AWS', () => {
  const role = 'arn:aws:iam::111122223333:role/keyferry';
  const name = fc.stringMatching(/^[A-Za-z0-9_+=.@]{1,6}(\/[A-Za-z0-9_+=@]{1,6}){0,3}$/);
  const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret';

  test('the spellings of a key are one', () => {
    const store = awsStore({ role });
    fc.assert(
      fc.property(name, fc.stringMatching(/^[A-Za-z0-9]{6}$/), (plain, suffix) => {
        fc.pre(!/(^|\/)\.\.?(\/|$)/.test(plain));
        const wanted = awsCanonical({ account: '111122223333', region: 'eu-central-1', name: plain });
        for (const spelling of [plain, `${arn}:${plain}`, `${arn}:${plain}-${suffix}`])
          expect(textOf(spelling, store)).toBe(wanted);
      }),
    );
  });

  test('a name that ends like a suffix is whole, its ARN is not', () => {
    const store = awsStore({ role });
    expect(textOf('payments/db-master', store)).toBe('aws:111122223333:eu-central-1:payments/db-master');
    expect(textOf(`${arn}:payments/db-master`, store)).toBe('aws:111122223333:eu-central-1:payments/db');
    expect(textOf(`${arn}:payments/db-master-Ab1Cd2`, store)).toBe(
      'aws:111122223333:eu-central-1:payments/db-master',
    );
  });

  test('without a role nobody knows the account', () => {
    const store = awsStore();
    expect(textOf('db', store)).toBe('aws:own:eu-central-1:db');
    expect(textOf(`${arn}:db`, store)).toBe('aws:111122223333:eu-central-1:db');
  });

  test.each([`${arn.replace('central', 'west')}:db`, `${arn}:db:password::`, 'arn:aws:s3:::db', `${arn}:`])(
    '%s is of no secret here',
    (key) => {
      expect(textOf(key, awsStore())).toBe('error: is not the ARN of a secret in this store');
    },
  );
});

test('Bitwarden has names and ids, and neither is the other', () => {
  const store = bitwardenStore();
  const id = 'BE8E0AD8-d545-4017-a55a-b02f014d4158';
  const realm = 'bitwarden:6f8c1a52-3b7d-4e90-a1c4-5d2e8f907b13';
  expect(textOf(id, store)).toBe(`${realm}:id:${id.toLowerCase()}`);
  expect(textOf('Payments: DB', store)).toBe(`${realm}:name:Payments: DB`);
  expect(textOf(`${id}0`, store)).toBe(`${realm}:name:${id}0`);
  expect(canonicalFound(id, {}, store.provider)).toEqual({ realm: `${realm}:name`, name: id });
  expect(
    bitwardenRealm(
      store.provider.type === 'bitwardensecretsmanager' ? store.provider.projectId.toUpperCase() : '',
      'id',
    ),
  ).toBe(`${realm}:id`);
});

describe('what a provider says', () => {
  const asked = { realm: 'aws:own:eu-central-1', name: 'db' };

  test.each([
    ['vault::kv/a:b', { realm: 'vault:', name: 'kv/a:b' }],
    ['vault:team%3Aa:kv/a', { realm: 'vault:team%3Aa', name: 'kv/a' }],
    ['aws:1:eu:a:b', { realm: 'aws:1:eu', name: 'a:b' }],
    ['bitwarden:p:id:i', { realm: 'bitwarden:p:id', name: 'i' }],
    ['file:a\nb', { realm: 'file', name: 'a\nb' }],
    ['', { realm: '', name: '' }],
    ['other:a', { realm: '', name: '' }],
  ])('%j is read', (text, wanted) => {
    expect(settledKey({ realm: 'vault:', name: 'kv/x' }, text)).toEqual(wanted);
  });

  test('the account that answers a plain name is the own one', () => {
    expect(settledKey(asked, 'aws:111122223333:eu-central-1:db')).toEqual(asked);
    expect(
      settledKey({ ...asked, realm: 'aws:444455556666:eu-central-1' }, 'aws:111122223333:eu-central-1:db'),
    ).toEqual({ realm: 'aws:111122223333:eu-central-1', name: 'db' });
  });
});

test('no two keys of a store share a text', () => {
  for (const store of [vaultStore({ namespace: 'a:b/c' }), awsStore(), bitwardenStore()])
    fc.assert(
      fc.property(anyKey, (key) => {
        const canonical = canonicalKey(key, store.provider);
        if (canonical.ok)
          expect(settledKey(canonical.value, canonicalText(canonical.value))).toEqual(canonical.value);
      }),
    );
});

test('a found name of Vault is below the folder that was looked in', () => {
  const { provider } = vaultStore();
  expect(canonicalFound('a/db', { path: 'a' }, provider)).toEqual({ realm: 'vault:', name: 'kv/a/db' });
  expect(canonicalFound('b/db', { path: 'a' }, provider)).toBeUndefined();
  expect(canonicalFound('a/../db', { path: 'a' }, provider)).toBeUndefined();
});

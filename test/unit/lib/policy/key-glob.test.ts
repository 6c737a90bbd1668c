import { describe, expect, test } from '@jest/globals';
import { canonicalKey } from '../../../../lib/policy/canonical.ts';
import { fitsKeyGlob, keyGlob } from '../../../../lib/policy/key-glob.ts';
import type { Store } from '../../../../lib/stores/store.ts';
import { awsStore, bitwardenStore, vaultStore } from './arbitrary.ts';

const pod = { namespace: 'payments', serviceAccount: 'api' };

/** Whether a rule of one store would give a key of another. */
const fits = (glob: string, of: Store, key: string, from = of): boolean => {
  const asked = canonicalKey(key, from.provider);
  if (!asked.ok) throw new Error(asked.error);
  return fitsKeyGlob(keyGlob(glob, of.provider), asked.value, pod);
};

const id = 'be8e0ad8-d545-4017-a55a-b02f014d4158';
const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret';

describe('a glob stays in the realm of its store', () => {
  test('in a namespace of Vault', () => {
    const own = vaultStore({ namespace: 'team-a' });
    expect(fits('*', own, 'db')).toBe(true);
    expect(fits('*', own, 'db', vaultStore({ namespace: 'team-b' }))).toBe(false);
    expect(fits('*', own, 'db', vaultStore())).toBe(false);
  });

  test('in an account of AWS', () => {
    const store = awsStore();
    expect(fits('*', store, 'db')).toBe(true);
    expect(fits('*', store, `${arn}:db-AbCdEf`)).toBe(false);
    expect(fits(`${arn}:*`, store, `${arn}:db-AbCdEf`)).toBe(true);
    expect(fits(`${arn}:*`, store, 'db')).toBe(false);
  });

  test('with the names of Bitwarden, or with an id; "*" alone is of both', () => {
    const store = bitwardenStore();
    expect(fits('be8e0ad8*', store, 'be8e0ad8 db')).toBe(true);
    expect(fits('be8e0ad8*', store, id)).toBe(false);
    expect(fits(id.toUpperCase(), store, id)).toBe(true);
    expect(fits('*', store, id)).toBe(true);
    expect(fits('*', store, 'db')).toBe(true);
  });
});

test('the names of a pod stand for themselves, wherever they are', () => {
  expect(fits('${namespace}/${serviceAccount}/*', vaultStore(), 'payments/api/db')).toBe(true);
  expect(fits('${namespace}/${serviceAccount}/*', vaultStore(), 'payments/worker/db')).toBe(false);
});

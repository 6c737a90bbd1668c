import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readCredentialFile } from '../../../../broker/stores/credential-files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyferry-credentials-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const read = async (namespace: string | undefined, key = 'token'): Promise<string> => {
  const text = await readCredentialFile(root, namespace, { name: 'vault', key });
  return text.ok ? text.value.reveal() : `${text.error.code}: ${text.error.message}`;
};

const says = (why: string, key = 'token'): string => `unauthenticated: the credential "vault/${key}" ${why}`;

describe('a mounted credential', () => {
  test('is read as it is now', async () => {
    put('cluster/vault/token', 'one\n');
    expect(await read(undefined)).toBe('one\n');
    put('cluster/vault/token', 'two\n');
    expect(await read(undefined)).toBe('two\n');
  });

  test('is of one scope: the platform’s is not a tenant’s, nor one tenant’s another’s', async () => {
    put('cluster/vault/token', 'platform');
    put('namespaces/payments/vault/token', 'payments');
    expect(await read('payments')).toBe('payments');
    expect(await read('hr')).toBe(says('is not mounted in the broker'));
    rmSync(join(root, 'cluster'), { recursive: true });
    expect(await read(undefined)).toBe(says('is not mounted in the broker'));
  });

  test('is found behind the links that the kubelet makes, and after it swaps them', async () => {
    put('cluster/vault/..2026_01/token', 'one');
    put('cluster/vault/..2026_02/token', 'two');
    symlinkSync('..2026_01', join(root, 'cluster/vault/..data'));
    symlinkSync('..data/token', join(root, 'cluster/vault/token'));
    expect(await read(undefined)).toBe('one');
    symlinkSync('..2026_02', join(root, 'cluster/vault/..data_tmp'));
    renameSync(join(root, 'cluster/vault/..data_tmp'), join(root, 'cluster/vault/..data'));
    expect(await read(undefined)).toBe('two');
  });

  test('is found where all of them are one volume', async () => {
    put('..2026_01/cluster/vault/token', 'one');
    symlinkSync('..2026_01', join(root, '..data'));
    symlinkSync('..data/cluster', join(root, 'cluster'));
    expect(await read(undefined)).toBe('one');
  });

  test('is no file of another folder', async () => {
    put('namespaces/payments/vault/token', 'payments');
    mkdirSync(join(root, 'cluster/vault'), { recursive: true });
    symlinkSync('../../namespaces/payments/vault/token', join(root, 'cluster/vault/token'));
    symlinkSync('/etc/hostname', join(root, 'cluster/vault/host'));
    expect(await read(undefined)).toBe(says('is a link that leaves its folder'));
    expect(await read(undefined, 'host')).toBe(says('is a link that leaves its folder', 'host'));
  });

  test('is not below a folder elsewhere', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'keyferry-outside-'));
    writeFileSync(join(outside, 'token'), 'outside');
    mkdirSync(join(root, 'cluster'));
    symlinkSync(outside, join(root, 'cluster/vault'));
    expect(await read(undefined)).toBe(says('is a link that leaves its folder'));
    rmSync(outside, { recursive: true });
  });

  test.each([
    ['nothing at all', '', 'is empty'],
    ['blanks', ' \n', 'is empty'],
    ['too much', 'x'.repeat(64 * 1024 + 1), 'has more than 65536 bytes'],
  ])('with %s', async (_what, text, why) => {
    put('cluster/vault/token', text);
    expect(await read(undefined)).toBe(says(why));
  });

  test('that is a folder, or hangs whoever opens it, is no file', async () => {
    mkdirSync(join(root, 'cluster/vault/token'), { recursive: true });
    expect(await read(undefined)).toBe(says('is no file'));
    execFileSync('mkfifo', [join(root, 'cluster/vault/pipe')]);
    expect(await read(undefined, 'pipe')).toBe(says('is no file', 'pipe'));
  });

  test('whose folder is a file, or whose root is not there', async () => {
    put('cluster/vault', 'x');
    expect(await read(undefined)).toBe(says('is not mounted in the broker'));
    rmSync(root, { recursive: true });
    expect(await read(undefined)).toBe(says('is not mounted in the broker'));
  });

  test('that links to itself is told by its error’s code alone', async () => {
    mkdirSync(join(root, 'cluster/vault'), { recursive: true });
    symlinkSync('token', join(root, 'cluster/vault/token'));
    expect(await read(undefined)).toBe(says('cannot be read (ELOOP)'));
  });
});

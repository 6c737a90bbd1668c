import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { CredentialRef } from '../../lib/stores/credential.ts';
import { quoted } from '../../lib/text.ts';

/** Bytes: a certificate with its chain has a tenth of it. */
const largest = 64 * 1024;

/** The folder of a credential, below the one that they are mounted in: scopes never meet. */
const folderOf = (root: string, namespace: string | undefined, name: string): string =>
  namespace === undefined ? join(root, 'cluster', name) : join(root, 'namespaces', namespace, name);

const unreadable = ({ name, key }: CredentialRef, why: string): Result<never, ProviderError> =>
  err(providerError('unauthenticated', `the credential ${quoted(`${name}/${key}`)} ${why}`));

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'is not mounted in the broker',
  ENOTDIR: 'is not mounted in the broker',
  EACCES:
    'may not be read by the broker: it runs as a user of its own, so mount it with a mode or a group that lets that read',
};

/** The text of a file, or what is wrong with it. What is no file could hang whoever opens it. */
const readText = async (path: string): Promise<Result<string, string>> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) return err('is no file');
    if (status.size > largest) return err(`has more than ${largest} bytes`);
    const text = await file.readFile('utf8');
    return text.trim() === '' ? err('is empty') : ok(text);
  } finally {
    await file.close();
  }
};

/**
 * Reads a file of a mounted credential as it is now. Mounted volumes are folders of links (`key` to `..data/key`): they are followed, and what
 * is behind them has to be below the credential's own folder, and that below the one they are all mounted in.
 *
 * @param namespace of the SecretStore that names it; undefined: a ClusterSecretStore does
 */
export const readCredentialFile = async (
  root: string,
  namespace: string | undefined,
  ref: CredentialRef,
): Promise<Result<Redacted<string>, ProviderError>> => {
  try {
    const top = await realpath(root);
    const folder = await realpath(folderOf(top, namespace, ref.name));
    const path = await realpath(join(folder, ref.key));
    if (!folder.startsWith(top + sep) || !path.startsWith(folder + sep))
      return unreadable(ref, 'is a link that leaves its folder');
    const text = await readText(path);
    return text.ok ? ok(new Redacted(text.value)) : unreadable(ref, text.error);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return unreadable(ref, reasons[code] ?? `cannot be read (${code})`);
  }
};

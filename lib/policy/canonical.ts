import type { PlanFind } from '../plan.ts';
import { keyFaults } from '../ref.ts';
import { err, ok, type Result } from '../result.ts';
import { awsKeyProblems, isArn, secretArn } from '../stores/aws-key.ts';
import type { AwsStore } from '../stores/aws.ts';
import { isBitwardenId } from '../stores/bitwarden-id.ts';
import type { BitwardenStore } from '../stores/bitwarden.ts';
import type { StoreProvider } from '../stores/provider.ts';
import type { VaultStore } from '../stores/vault.ts';
import { awsRealm, bitwardenRealm, ownAccount, vaultRealm, type CanonicalKey } from './canonical-names.ts';
import { vaultFoundName, vaultName } from './vault-name.ts';

/** Comparing takes time, and whoever asks decides how long a key is. AWS has 512 characters, and nobody has more than this. */
const longestKey = 2048;

/** What somebody on the way to Vault might decode once more; a key of Vault that really has it is given to nobody. */
const escape = /%[0-9a-f]{2}/iu;

/** Why a text is no key that could be compared, to be read after it. What it looks like is no reason: a look-alike is just another key. */
const faultOf = (key: string, provider: StoreProvider): string | undefined => {
  if (key.length > longestKey) return `has more than ${longestKey} characters`;
  if (!key.isWellFormed()) return 'is no Unicode text';
  if (provider.type === 'vault' && escape.test(key)) return 'has a percent-encoded character';
  return keyFaults(key)[0];
};

/** The account that a store's requests are made in: that of the last role which is assumed. */
const accountOf = ({ roles }: AwsStore): string =>
  (roles.role ?? roles.additionalRoles.at(-1))?.split(':')[4] ?? ownAccount;

/** ARNs have a hyphen and six characters behind the name. What looks like that is taken for it; the read tells the true name. */
const withoutSuffix = (name: string): string => name.replace(/-[A-Za-z0-9]{6}$/u, '');

const awsName = (name: string, store: AwsStore): CanonicalKey => ({
  realm: awsRealm({ account: accountOf(store), region: store.region }),
  name,
});

const awsKey = (key: string, store: AwsStore): CanonicalKey => {
  if (!isArn(key)) return awsName(`${store.prefix}${key}`, store);
  const { account, region, name } = secretArn(key);
  return { realm: awsRealm({ account, region }), name: withoutSuffix(name) };
};

const vaultKey = (name: string, { namespace }: VaultStore): CanonicalKey => ({
  realm: vaultRealm(namespace),
  name,
});

const bitwardenKey = (key: string, { projectId }: BitwardenStore): CanonicalKey =>
  isBitwardenId(key)
    ? { realm: bitwardenRealm(projectId, 'id'), name: key.toLowerCase() }
    : { realm: bitwardenRealm(projectId, 'name'), name: key };

/** What a text without faults stands for by its words. A glob goes the same way: its `*` and placeholders are but text in it. */
export const worded = (text: string, provider: StoreProvider): CanonicalKey => {
  switch (provider.type) {
    case 'vault':
      return vaultKey(vaultName(text, provider), provider);
    case 'aws':
      return awsKey(text, provider);
    case 'bitwardensecretsmanager':
      return bitwardenKey(text, provider);
    case 'file':
      return { realm: 'file', name: text };
  }
};

/** The canonical form of a key, from its text and the store alone. The error is to be read after the key. */
export const canonicalKey = (key: string, provider: StoreProvider): Result<CanonicalKey, string> => {
  const fault = faultOf(key, provider);
  if (fault !== undefined) return err(fault);
  const [problem] = provider.type === 'aws' && isArn(key) ? awsKeyProblems(key, provider) : [];
  return problem === undefined ? ok(worded(key, provider)) : err('is not the ARN of a secret in this store');
};

const foundKey = (name: string, find: PlanFind, provider: StoreProvider): CanonicalKey | undefined => {
  switch (provider.type) {
    case 'vault': {
      const path = vaultFoundName(name, find.path, provider);
      return path === undefined ? undefined : vaultKey(path, provider);
    }
    case 'aws':
      return awsName(name, provider);
    case 'bitwardensecretsmanager':
      return { realm: bitwardenRealm(provider.projectId, 'name'), name };
    case 'file':
      return { realm: 'file', name };
  }
};

/**
 * The canonical form of a name that a find brought. It is no ref's key: what AWS lists has the store's prefix already, and names of Vault are
 * below the folder that was looked in. Undefined where it is none.
 */
export const canonicalFound = (
  name: string,
  find: PlanFind,
  provider: StoreProvider,
): CanonicalKey | undefined =>
  faultOf(name, provider) === undefined ? foundKey(name, find, provider) : undefined;

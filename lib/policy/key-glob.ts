import { matchesGlob } from '../glob.ts';
import { keyFaults } from '../ref.ts';
import { awsKeyProblems, illegalNameCharacter, isArn, legalNameCharacters } from '../stores/aws-key.ts';
import type { AwsStore } from '../stores/aws.ts';
import type { StoreProvider } from '../stores/provider.ts';
import { quoted } from '../text.ts';
import { worded } from './canonical.ts';
import { bitwardenRealm, type CanonicalKey } from './canonical-names.ts';

/** The pod's names, as a glob has them. */
const placeholders = ['${namespace}', '${serviceAccount}'] as const;

/** A glob of `spec.access[].keys` in canonical form, its placeholders still in it. */
export interface KeyGlob {
  readonly realms: readonly string[];
  readonly glob: string;
}

const longestGlob = 1024;

/** A key that the glob could stand for, as far as its characters go. */
const sample = (glob: string): string =>
  placeholders.reduce((text, name) => text.replaceAll(name, 'x'), glob).replaceAll('*', 'x');

const awsFault = (glob: string, store: AwsStore): string | undefined => {
  if (!isArn(glob)) {
    const illegal = illegalNameCharacter(sample(glob));
    return illegal === undefined
      ? undefined
      : `has ${quoted(illegal)}; names of secrets in AWS are ${legalNameCharacters}`;
  }
  const [beforeName = ''] = /^(?:[^:]*:){6}/u.exec(glob) ?? [glob];
  if (sample(beforeName) !== beforeName)
    return 'has "*" or a placeholder before the name of the secret: an ARN is of one region and one account';
  const [problem] = awsKeyProblems(sample(glob), store);
  return problem === undefined ? undefined : `will not do: ${problem}`;
};

/** Why a text cannot be a glob of keys of a store, to be read after it. */
export const keyGlobFault = (glob: string, provider: StoreProvider): string | undefined => {
  if (glob.length > longestGlob) return `has more than ${longestGlob} characters`;
  if (sample(glob).includes('${'))
    return 'has a placeholder that is none of ${namespace} and ${serviceAccount}';
  const [fault] = keyFaults(glob);
  if (fault !== undefined) return fault;
  return provider.type === 'aws' ? awsFault(glob, provider) : undefined;
};

/**
 * A glob of `spec.access[].keys` in canonical form. That is done before the placeholders are replaced: a namespace that is called like the store's
 * path, or `data`, must not make another glob of it.
 */
export const keyGlob = (glob: string, provider: StoreProvider): KeyGlob => {
  const { realm, name } = worded(glob, provider);
  if (provider.type === 'bitwardensecretsmanager' && glob === '*')
    return { realms: [realm, bitwardenRealm(provider.projectId, 'id')], glob };
  return { realms: [realm], glob: name };
};

/** Whether a key fits a glob for a pod. The pod's names stand for themselves: those of Kubernetes have no `*` in them. */
export const fitsKeyGlob = (
  { realms, glob }: KeyGlob,
  { realm, name }: CanonicalKey,
  pod: { readonly namespace: string; readonly serviceAccount: string },
): boolean =>
  realms.includes(realm) &&
  matchesGlob(
    // By functions: in a text "$&" would have a meaning.
    glob
      .replaceAll('${namespace}', () => pod.namespace)
      .replaceAll('${serviceAccount}', () => pod.serviceAccount),
    name,
  );

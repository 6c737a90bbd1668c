import { annotation } from '../lib/annotation-names.ts';
import type { ExternalSecretManifest } from '../lib/external-secrets/external-secret.ts';
import { isRecord } from '../lib/kube/object.ts';
import type { Catalogue } from '../webhook/core/catalogue.ts';
import { secretUses, type MadeSecret, type SecretUse } from './core/secret-uses.ts';
import type { Workload } from './workload.ts';

/** What a workload still takes from Secrets that ExternalSecrets make. */
export interface Uses {
  readonly secretUses: readonly SecretUse[];
  /** ExternalSecrets of those that its pods do not ask for yet. */
  readonly notAskedFor: readonly string[];
}

export const noUses: Uses = { secretUses: [], notAskedFor: [] };

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((current, name) => (isRecord(current) ? current[name] : undefined), value);

const targetOf = ({ spec }: ExternalSecretManifest): string | undefined => {
  const name = at(spec, 'target', 'name');
  return typeof name === 'string' && name !== '' ? name : undefined;
};

/** The Secrets that the ExternalSecrets of a namespace make; also of those that have problems, as far as they can be read. */
const madeSecrets = (catalogue: Catalogue, namespace: string): readonly MadeSecret[] =>
  catalogue.externalSecretNames(namespace).flatMap((name) => {
    const manifest = catalogue.externalSecret(namespace, name);
    return manifest === undefined ? [] : [{ externalSecret: name, target: targetOf(manifest) ?? name }];
  });

const namesIn = (list: unknown): readonly string[] =>
  typeof list === 'string' ? list.split(',').map((name) => name.trim()) : [];

export const usesOf = ({ pod, namespace }: Workload, catalogue: Catalogue): Uses => {
  const uses = secretUses(pod, madeSecrets(catalogue, namespace));
  const asked = namesIn(at(pod, 'metadata', 'annotations', annotation('external-secrets')));
  const wanted = uses.filter(({ file }) => file !== undefined).map(({ externalSecret }) => externalSecret);
  return {
    secretUses: uses,
    notAskedFor: [...new Set(wanted)].filter((name) => !asked.includes(name)).sort(),
  };
};

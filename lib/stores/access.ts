import { given } from '../given.ts';
import type { AccessRule } from '../policy/access-rule.ts';
import { keyGlobFault } from '../policy/key-glob.ts';
import { isSubdomain, quoted } from '../text.ts';
import type { Fields } from './fields.ts';
import { readSelector, type LabelSelector } from './label-selector.ts';
import type { StoreProvider } from './provider.ts';

/** What the rules of a store are read with. */
export interface RuledStore {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly namespace?: string | undefined;
  /** Undefined where it cannot be read; then the keys are not held against it. */
  readonly provider: StoreProvider | undefined;
}

/** Comparing takes time, and whoever writes a store decides how much there is to compare. */
const mostKeys = 1000;

/** A list that has to have something in it where it is given: an empty one would be read as everybody by some, and as nobody by others. */
const readNames = (fields: Fields, name: string, what: string): readonly string[] | undefined => {
  if (!fields.has(name)) return undefined;
  const names = fields.strings(name);
  if (Array.isArray(fields.raw(name)) && names.length === 0)
    fields.reject(name, `is empty; leave it out for all ${what}`);
  for (const text of names)
    if (!isSubdomain(text))
      fields.reject(name, `has ${quoted(text)}; it takes names of ${what}, no patterns`);
  return names;
};

/** A SecretStore serves its own namespace, so that it can say nothing about others. */
const checkOwn = (fields: Fields, names: readonly string[], { kind, namespace }: RuledStore): void => {
  if (kind !== 'SecretStore') return;
  fields.refuse(
    'belongs to a ClusterSecretStore; a SecretStore serves its own namespace',
    'namespaceSelector',
  );
  if (namespace === undefined) return;
  const foreign = names.find((name) => name !== namespace);
  if (foreign !== undefined)
    fields.reject('namespaces', `has ${quoted(foreign)}; a SecretStore serves its own namespace`);
};

type Place = Pick<AccessRule, 'namespaces' | 'namespaceSelector'>;

const readPlace = (fields: Fields, store: RuledStore): Place => {
  const namespaces = readNames(fields, 'namespaces', 'namespaces');
  const selector = fields.optionalObject('namespaceSelector');
  const namespaceSelector: LabelSelector | undefined = selector && readSelector(selector);
  if (namespaces !== undefined && selector !== undefined)
    fields.reject('namespaceSelector', 'stands beside namespaces; write an item for each');
  checkOwn(fields, namespaces ?? [], store);
  return given({ namespaces, namespaceSelector });
};

const readKeys = (fields: Fields, { provider }: RuledStore): readonly string[] => {
  const keys = fields.strings('keys');
  if (!fields.has('keys')) fields.reject('keys', 'is missing; "*" stands for every key');
  else if (Array.isArray(fields.raw('keys')) && keys.length === 0)
    fields.reject('keys', 'is empty; "*" stands for every key');
  if (provider === undefined) return keys;
  keys.forEach((key, index) => {
    const fault = keyGlobFault(key, provider);
    if (fault !== undefined) fields.reject(`keys[${index}]`, `is ${quoted(key)}, which ${fault}`);
  });
  return keys;
};

const readRule = (fields: Fields, place: string, store: RuledStore): AccessRule => {
  const where = readPlace(fields, store);
  const serviceAccounts = readNames(fields, 'serviceAccounts', 'ServiceAccounts');
  const keys = readKeys(fields, store);
  fields.close();
  return { place, ...where, ...given({ serviceAccounts }), keys };
};

/** Reads `spec.access`; nothing where there is none. */
export const readAccess = (spec: Fields, store: RuledStore): { readonly access?: readonly AccessRule[] } => {
  if (!spec.has('access')) return {};
  const access = spec
    .objects('access')
    .map((fields, index) => readRule(fields, spec.place(`access[${index}]`), store));
  const keys = access.reduce((sum, rule) => sum + rule.keys.length, 0);
  if (keys > mostKeys) spec.reject('access', `has ${keys} keys in all; ${mostKeys} are allowed`);
  return { access };
};

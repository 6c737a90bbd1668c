import type { Fields } from '../stores/fields.ts';
import { isSubdomain, quoted } from '../text.ts';
import type { StoreName } from './external-secret.ts';

const read = (fields: Fields): StoreName => {
  const name = fields.string('name');
  if (name !== '' && !isSubdomain(name))
    fields.reject(
      'name',
      `is ${quoted(name)}, which cannot be the name of a store: lower case letters, digits, "-" and "."`,
    );
  const kind = fields.oneOf('kind', ['SecretStore', 'ClusterSecretStore'], 'SecretStore');
  fields.close();
  return { name, kind };
};

const generators = 'is not supported: Keyferry reads secrets of stores and generates none';

/** A `sourceRef`; undefined where it names no store, which the problems say then. */
const readSource = (fields: Fields): StoreName | undefined => {
  const store = fields.optionalObject('storeRef');
  fields.refuse(generators, 'generatorRef');
  if (store === undefined && !fields.has('generatorRef'))
    fields.reject('storeRef', 'is missing: a sourceRef names a store');
  fields.close();
  return store && read(store);
};

/** Stands for a store whose name could not be read; the problems keep it from being used. */
const none: StoreName = { name: '', kind: 'SecretStore' };

/** The store of an entry of `data` or `dataFrom`. */
export type StoreOf = (entry: Fields) => StoreName;

/**
 * Reads `spec.secretStoreRef`, and gives for each entry of `data` or `dataFrom` the store that it reads from: its own `sourceRef`,
 * else that one. It may be left out where every entry has its own.
 */
export const storeReader = (spec: Fields): StoreOf => {
  const general = spec.optionalObject('secretStoreRef');
  const fallback = general && read(general);
  let isMissing = false;
  return (entry) => {
    const own = entry.optionalObject('sourceRef');
    if (own !== undefined) return readSource(own) ?? none;
    if (fallback === undefined && !isMissing) {
      isMissing = true;
      spec.reject('secretStoreRef', 'is missing; give it, or a sourceRef.storeRef at every entry');
    }
    return fallback ?? none;
  };
};

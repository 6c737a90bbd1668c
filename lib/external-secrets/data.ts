import { given } from '../given.ts';
import type { Fields } from '../stores/fields.ts';
import type { ExternalSecretEntry } from './external-secret.ts';
import { keyNameFault } from './key-names.ts';
import { readRemoteKey, readStrategies } from './remote.ts';
import type { StoreOf } from './store-name.ts';

const readSecretKey = (fields: Fields): string => {
  const secretKey = fields.string('secretKey');
  const fault = secretKey === '' ? undefined : keyNameFault(secretKey);
  if (fault !== undefined) fields.reject('secretKey', fault);
  return secretKey;
};

type Remote = Pick<ExternalSecretEntry, 'remote' | 'decode' | 'refuseNullBytes'>;

const readRemote = (fields: Fields | undefined): Remote => {
  if (fields === undefined) return { remote: { key: '' }, refuseNullBytes: false };
  const remote = readRemoteKey(fields);
  const { decode, refuseNullBytes } = readStrategies(fields);
  fields.close();
  return { remote, refuseNullBytes, ...given({ decode }) };
};

/** Reads an entry of `spec.data`. */
export const readEntry = (
  fields: Fields,
  { storeOf }: { readonly storeOf: StoreOf },
): ExternalSecretEntry => {
  const secretKey = readSecretKey(fields);
  const remote = readRemote(fields.requiredObject('remoteRef'));
  const store = storeOf(fields);
  fields.close();
  return { place: fields.place('remoteRef'), store, secretKey, ...remote };
};

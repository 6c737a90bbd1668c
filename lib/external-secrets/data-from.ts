import { given } from '../given.ts';
import { isObject, type Fields } from '../stores/fields.ts';
import type { Compile } from '../stores/regular-expressions.ts';
import type { ExternalSecretSet } from './external-secret.ts';
import { readFind } from './find.ts';
import { readRemoteKey, readStrategies } from './remote.ts';
import { readRewrite } from './rewrite.ts';
import type { StoreOf } from './store-name.ts';

type Common = Pick<ExternalSecretSet, 'place' | 'store' | 'rewrite' | 'conversion' | 'refuseNullBytes'> &
  Pick<ExternalSecretSet, 'decode'>;

const readCommon = (
  what: Fields,
  { place, store, rewrite }: Pick<ExternalSecretSet, 'place' | 'store' | 'rewrite'>,
): Common => {
  const { decode, ...strategies } = readStrategies(what);
  return { place, store, rewrite, ...strategies, ...given({ decode }) };
};

const readExtract = (fields: Fields, common: Common): ExternalSecretSet => {
  const remote = readRemoteKey(fields);
  fields.close();
  return { ...common, kind: 'extract', remote };
};

const readFound = (fields: Fields, common: Common, compile: Compile): ExternalSecretSet => {
  const find = readFind(fields, compile);
  fields.close();
  return { ...common, kind: 'find', find };
};

/** A generator needs neither; that there are none is said where its `sourceRef` is read. */
const isGenerated = (fields: Fields): boolean => {
  const source = fields.raw('sourceRef');
  return isObject(source) && source['generatorRef'] !== undefined;
};

/** Reads an entry of `spec.dataFrom`; nothing where it is neither `extract` nor `find`, which the problems say then. */
export const readSet = (
  fields: Fields,
  { storeOf, compile }: { readonly storeOf: StoreOf; readonly compile: Compile },
): readonly ExternalSecretSet[] => {
  const extract = fields.optionalObject('extract');
  const find = fields.optionalObject('find');
  if (extract !== undefined && find !== undefined)
    fields.reject('find', 'stands beside extract; write an entry for each');
  if (extract === undefined && find === undefined && !isGenerated(fields))
    fields.reject('extract', 'is missing; an entry of dataFrom takes extract or find');
  const shared = { store: storeOf(fields), rewrite: readRewrite(fields, compile) };
  fields.close();
  const common = (what: Fields, name: string): Common =>
    readCommon(what, { ...shared, place: fields.place(name) });
  return [
    ...(extract === undefined ? [] : [readExtract(extract, common(extract, 'extract'))]),
    ...(find === undefined ? [] : [readFound(find, common(find, 'find'), compile)]),
  ];
};

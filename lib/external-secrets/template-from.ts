import { given } from '../given.ts';
import type { PlanTargetTemplate } from '../plan.ts';
import type { Fields } from '../stores/fields.ts';
import { isSubdomain, quoted } from '../text.ts';
import { fileNameFault } from './key-names.ts';
import { readDecoding } from './remote.ts';
import { templateFault } from './template-fault.ts';

type Decode = Pick<PlanTargetTemplate, 'decode'>;

const readItem = (fields: Fields, name: string, decode: Decode): PlanTargetTemplate => {
  const key = fields.string('key');
  const fault = key === '' ? undefined : fileNameFault(key);
  if (fault !== undefined) fields.reject('key', fault);
  const as = fields.oneOf('templateAs', ['Values', 'KeysAndValues'], 'Values');
  fields.close();
  return { as, key: as === 'Values' ? key : '', from: { kind: 'config-map', name, key }, ...decode };
};

const readConfigMap = (fields: Fields | undefined, decode: Decode): readonly PlanTargetTemplate[] => {
  if (fields === undefined) return [];
  const name = fields.string('name');
  if (name !== '' && !isSubdomain(name))
    fields.reject('name', `is ${quoted(name)}, which cannot be the name of a ConfigMap`);
  const items = fields.objects('items').map((item) => readItem(item, name, decode));
  if (items.length === 0 && !isBroken(fields))
    fields.reject('items', 'is missing: name the keys that hold templates');
  fields.close();
  return items;
};

/** Not a list at all, which is said where it is read. */
const isBroken = (fields: Fields): boolean => {
  const items = fields.raw('items');
  return items !== undefined && !Array.isArray(items);
};

const readLiteral = (fields: Fields, decode: Decode): readonly PlanTargetTemplate[] => {
  const text = fields.optionalString('literal');
  if (text === undefined) return [];
  const fault = templateFault('literal', text, fields);
  if (fault !== undefined) fields.reject('literal', fault);
  return [{ as: 'KeysAndValues', key: '', from: { kind: 'text', text }, ...decode }];
};

/** Whether an entry makes files; what it makes of a Secret's metadata has no meaning here. */
const isForData = (fields: Fields): boolean => {
  const target = fields.optionalString('target') ?? 'Data';
  switch (target.toLowerCase()) {
    case 'data':
      return true;
    case 'annotations':
    case 'labels':
      fields.warn('target', `is ${quoted(target)}, which has no effect: there is no Secret to put them on`);
      return false;
    default:
      fields.reject('target', `is ${quoted(target)}; it takes Data, Annotations or Labels`);
      return false;
  }
};

/** Reads an entry of `templateFrom`: as external-secrets does, the ConfigMap's templates and then the literal one. */
export const readTemplateFrom = (fields: Fields): readonly PlanTargetTemplate[] => {
  const isData = isForData(fields);
  const decode = given(readDecoding(fields, 'valuesDecodingStrategy'));
  const configMap = readConfigMap(fields.optionalObject('configMap'), decode);
  const literal = readLiteral(fields, decode);
  fields.refuse(
    'reads a Secret, which Keyferry never does; put the template into a ConfigMap or into literal',
    'secret',
  );
  if (!['configMap', 'literal', 'secret'].some((source) => fields.has(source)))
    fields.reject('configMap', 'is missing; an entry of templateFrom takes configMap or literal');
  fields.close();
  return isData ? [...configMap, ...literal] : [];
};

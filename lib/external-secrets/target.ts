import type { Fields } from '../stores/fields.ts';
import { isSubdomain, quoted, sentenceList } from '../text.ts';
import { readTargetTemplate, type TargetTemplate } from './target-template.ts';

const deletionPolicies = ['Retain', 'Delete', 'Merge'] as const;
const creationPolicies = ['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'] as const;

export interface Target extends TargetTemplate {
  /** Undefined: named as the ExternalSecret. */
  readonly name?: string;
  readonly deletionPolicy: (typeof deletionPolicies)[number];
}

const readName = (fields: Fields): Pick<Target, 'name'> => {
  const name = fields.optionalString('name');
  if (name === undefined) return {};
  if (!isSubdomain(name))
    fields.reject('name', `is ${quoted(name)}; it takes lower case letters, digits, "-" and "."`);
  return { name };
};

/** What of `deletionPolicy` and `creationPolicy` external-secrets refuses to have side by side. */
const clashes = new Map<string, readonly string[]>([
  ['Delete', ['Merge', 'None', 'CreateOrMerge']],
  ['Merge', ['None']],
]);

const readPolicies = (fields: Fields): Target['deletionPolicy'] => {
  const creation = fields.oneOf('creationPolicy', creationPolicies, 'Owner');
  const deletion = fields.oneOf('deletionPolicy', deletionPolicies, 'Retain');
  const clashing = clashes.get(deletion) ?? [];
  if (clashing.includes(creation))
    fields.reject(
      'deletionPolicy',
      `is ${quoted(deletion)}, which does not go with creationPolicy ${sentenceList(clashing, 'or')}; drop creationPolicy`,
    );
  fields.ignore('has no effect: Keyferry makes no Secret', 'creationPolicy');
  return deletion;
};

/** Reads `spec.target`. */
export const readTarget = (fields: Fields | undefined): Target => {
  if (fields === undefined) return { deletionPolicy: 'Retain', keepsKeys: true };
  const target = {
    ...readName(fields),
    deletionPolicy: readPolicies(fields),
    ...readTargetTemplate(fields.optionalObject('template')),
  };
  if (fields.boolean('immutable'))
    fields.warn('immutable', 'has no effect: Keyferry makes no Secret; refreshPolicy CreatedOnce reads once');
  fields.refuse('is not supported: Keyferry makes files, no objects', 'manifest');
  if (!target.keepsKeys && target.templates === undefined)
    fields.reject('template', 'makes no file, and with mergePolicy Replace the keys make none either');
  fields.close();
  return target;
};

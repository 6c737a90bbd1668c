import type { PlanTargetTemplate } from '../plan.ts';
import type { Fields } from '../stores/fields.ts';
import { fileNameFault, placeInMap } from './key-names.ts';
import { templateFault } from './template-fault.ts';
import { readTemplateFrom } from './template-from.ts';

/** What `spec.target.template` makes of the keys. */
export interface TargetTemplate {
  /** Undefined where it makes no files of its own. */
  readonly templates?: readonly PlanTargetTemplate[];
  readonly keepsKeys: boolean;
}

const readEngine = (fields: Fields): void => {
  const version = fields.optionalString('engineVersion');
  if (version === 'v1')
    fields.reject('engineVersion', 'is "v1", an engine that external-secrets no longer has; write v2');
  else fields.oneOf('engineVersion', ['v2'], 'v2');
};

const readData = (fields: Fields): readonly PlanTargetTemplate[] =>
  fields.stringMap('data').map(([key, text]) => {
    const fault = fileNameFault(key);
    for (const problem of [fault, templateFault(key, text, fields)])
      if (problem !== undefined) fields.reject(placeInMap('data', key), problem);
    return { as: 'Values', key, from: { kind: 'text', text } };
  });

const hasTemplates = (fields: Fields, data: readonly PlanTargetTemplate[]): boolean => {
  const from = fields.raw('templateFrom');
  return data.length > 0 || (Array.isArray(from) && from.length > 0);
};

const readOwn = (fields: Fields): TargetTemplate => {
  readEngine(fields);
  fields.ignore('has no effect: Keyferry makes no Secret', 'type', 'metadata');
  const policy = fields.oneOf('mergePolicy', ['Replace', 'Merge'], 'Replace');
  const from = fields.objects('templateFrom').flatMap(readTemplateFrom);
  const data = readData(fields);
  const isOwn = hasTemplates(fields, data);
  fields.close();
  const templates = [...from, ...data];
  const keepsKeys = policy === 'Merge' || !isOwn;
  return templates.length === 0 ? { keepsKeys } : { templates, keepsKeys };
};

/** Reads `spec.target.template`. As in external-secrets, `data` goes over `templateFrom`, which goes over the keys. */
export const readTargetTemplate = (fields: Fields | undefined): TargetTemplate =>
  fields === undefined ? { keepsKeys: true } : readOwn(fields);

import { randomBytes } from 'node:crypto';
import type { Templates } from '../../../agent/core/tools.ts';
import { openTemplates } from '../../../agent/templates.ts';
import type {
  Plan,
  PlanEntry,
  PlanEntrySet,
  PlanExternalSecretFile,
  PlanTargetTemplate,
  PlanTemplateFile,
  PlanTemplateRef,
} from '../../../lib/plan.ts';

export const refOf = (text: string, fields: Partial<PlanTemplateRef> = {}): PlanTemplateRef => ({
  text,
  source: 0,
  optional: false,
  ...fields,
});

export const templateAt = (
  path: string,
  template: string,
  refs: readonly PlanTemplateRef[] = [],
  fields: Partial<PlanTemplateFile> = {},
): PlanTemplateFile => ({
  path,
  kind: 'template',
  template,
  refs: [...refs],
  optional: false,
  mode: '0440',
  ...fields,
});

export const entryOf = (secretKey: string, fields: Partial<PlanEntry> = {}): PlanEntry => ({
  secretKey,
  source: 0,
  refuseNullBytes: false,
  ...fields,
});

export const setOf = (fields: Partial<PlanEntrySet> = {}): PlanEntrySet => ({
  kind: 'extract',
  source: 0,
  conversion: 'Default',
  rewrite: [],
  refuseNullBytes: false,
  ...fields,
});

/** A template that makes the file `key`. */
export const valuesTemplate = (
  key: string,
  text: string,
  fields: Partial<PlanTargetTemplate> = {},
): PlanTargetTemplate => ({ as: 'Values', key, from: { kind: 'text', text }, ...fields });

/** A template that makes files by the names in its YAML. */
export const mapTemplate = (text: string, fields: Partial<PlanTargetTemplate> = {}): PlanTargetTemplate => ({
  as: 'KeysAndValues',
  key: '',
  from: { kind: 'text', text },
  ...fields,
});

/** An ExternalSecret `app` in the folder `app`, without anything in it. */
export const externalSecretAt = (fields: Partial<PlanExternalSecretFile> = {}): PlanExternalSecretFile => ({
  path: 'app',
  kind: 'external-secret',
  name: 'app',
  sets: [],
  entries: [],
  whenGone: 'keep',
  keepsKeys: true,
  optional: false,
  mode: '0440',
  ...fields,
});

/** When tests take place: 2023-11-14T22:13:20Z. */
export const testTime = 1_700_000_000_000;

/** The templates of a plan, ready. */
export const templatesFor = async (plan: Plan): Promise<Templates> => {
  const opened = await openTemplates(plan, { now: () => testTime, randomBytes });
  if (!opened.ok) throw new Error(opened.error.join('\n'));
  return opened.value;
};

import type { Plan, PlanExtractFile, PlanSource, PlanStore, PlanValueFile } from '../../../lib/plan.ts';

/** A `file` store of the name, at `/store/<name>.json`. */
export const fileStore = (name = 'files'): PlanStore => ({
  name,
  kind: 'SecretStore',
  provider: { type: 'file', path: `/store/${name}.json`, root: '/store' },
});

export const sourceOf = (key: string, fields: Partial<PlanSource> = {}): PlanSource => ({
  store: 0,
  key,
  intervalSeconds: 3600,
  ...fields,
});

type SelectingFile = PlanValueFile | PlanExtractFile;

/** A file of one source, at the path: its value, or with `kind` its fields. */
export const fileAt = (
  path: string,
  fields: Partial<Omit<PlanValueFile, 'kind'>> & { readonly kind?: SelectingFile['kind'] } = {},
): SelectingFile => ({
  source: 0,
  path,
  kind: 'value',
  optional: false,
  mode: '0440',
  ...fields,
});

/** A plan of one file store, one key and one file, but for what is given. */
export const planOf = (fields: Partial<Plan> = {}): Plan => ({
  version: 1,
  lifecycle: 'native',
  namespace: 'payments',
  serviceAccount: 'api',
  stores: [fileStore()],
  sources: [sourceOf('db')],
  files: [fileAt('db')],
  fileGroup: null,
  startTimeoutSeconds: 20,
  port: 0,
  ...fields,
});

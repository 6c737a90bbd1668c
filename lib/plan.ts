import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import {
  file,
  type entry,
  type entrySet,
  type externalSecretFile,
  type extractFile,
  type rewrite,
  type targetTemplate,
  type templateFile,
  type templateRef,
  type valueFile,
} from './plan/files.ts';
import { seconds, text } from './plan/primitives.ts';
import { source, type find } from './plan/sources.ts';
import {
  broker,
  store,
  type awsStore,
  type brokerStore,
  type fileStore,
  type vaultStore,
} from './plan/stores.ts';
import { err, ok, type Result } from './result.ts';

/**
 * The plan: what one pod needs, decided at admission and carried in the injected containers' `KEYFERRY_PLAN`.
 * It holds no secret value. This file is both halves' only knowledge of its shape: the webhook encodes, the agent parses.
 */

z.config(english());

const plan = z.strictObject({
  version: z.literal(1),
  lifecycle: z.enum(['native', 'init+sidecar', 'init', 'sidecar']),
  namespace: text,
  serviceAccount: text,
  stores: z.array(store),
  /** What is read: each store, key, version, stage and set of parameters once, however many files come from it. */
  sources: z.array(source).check(z.minLength(1)),
  files: z.array(file).check(z.minLength(1)),
  /** Group that the files are given, or null where the agent's own does. */
  fileGroup: z.nullable(seconds),
  startTimeoutSeconds: z.int().check(z.positive()),
  /** Port of the agent's HTTP endpoints, 0: none. */
  port: z.int().check(z.nonnegative(), z.lte(65535)),
  broker: z.optional(broker),
});

export type Plan = z.infer<typeof plan>;
export type PlanStore = z.infer<typeof store>;
export type VaultStorePlan = z.infer<typeof vaultStore>;
export type AwsStorePlan = z.infer<typeof awsStore>;
export type FileStorePlan = z.infer<typeof fileStore>;
export type BrokerStorePlan = z.infer<typeof brokerStore>;
export type PlanBroker = z.infer<typeof broker>;
export type PlanSource = z.infer<typeof source>;
export type PlanFind = z.infer<typeof find>;
export type PlanFile = z.infer<typeof file>;
export type PlanValueFile = z.infer<typeof valueFile>;
export type PlanExtractFile = z.infer<typeof extractFile>;
export type PlanTemplateFile = z.infer<typeof templateFile>;
export type PlanExternalSecretFile = z.infer<typeof externalSecretFile>;
export type PlanTemplateRef = z.infer<typeof templateRef>;
export type PlanEntrySet = z.infer<typeof entrySet>;
export type PlanEntry = z.infer<typeof entry>;
export type PlanRewrite = z.infer<typeof rewrite>;
export type PlanTargetTemplate = z.infer<typeof targetTemplate>;
export type Lifecycle = Plan['lifecycle'];

/** The largest plan that admission accepts, in bytes: the kernel takes 128 KiB for one variable. */
export const maximumPlanBytes = 100 * 1024;

/**
 * One line of JSON. Dollar signs are escaped, since the kubelet expands `$(NAME)` and shortens `$$` in the values of variables. For a plan that
 * was put together in the schema's order and is right by construction, as `buildPlan`'s are: tests hold each of them to `encodePlan`.
 */
export const writePlan = (value: Plan): string => JSON.stringify(value).replaceAll('$', String.raw`\u0024`);

/** The same for any plan: checked, and its keys in the schema's order, so that the same plan gives the same bytes. Throws where it is wrong. */
export const encodePlan = (value: Plan): string => writePlan(z.parse(plan, value));

const problem = (issue: z.core.$ZodIssue): string => {
  const place = issue.path.map(String).join('.');
  return `${place === '' ? 'plan' : place}: ${issue.message}`;
};

/** What a file is made of: indexes into `sources`, each once, in order. */
export const sourcesOfFile = (file: PlanFile): readonly number[] => {
  switch (file.kind) {
    case 'value':
    case 'extract':
      return [file.source];
    case 'template':
      return [...new Set(file.refs.map((ref) => ref.source))].sort((a, b) => a - b);
    case 'external-secret':
      return [...new Set([...file.sets, ...file.entries].map((part) => part.source))].sort((a, b) => a - b);
  }
};

const sourceProblems = ({ stores, sources }: Plan): string[] =>
  sources.flatMap((item, index) => [
    ...(item.store < stores.length ? [] : [`sources.${index}.store: no such store`]),
    ...((item.key === '') === (item.find !== undefined)
      ? []
      : [`sources.${index}.key: a source has either a key or what to find`]),
  ]);

const brokerProblems = ({ stores, broker: place }: Plan): string[] => {
  const needed = stores.some(({ provider }) => provider.type === 'broker');
  if (needed === (place !== undefined)) return [];
  return [needed ? 'broker: is missing, and a store needs it' : 'broker: no store needs it'];
};

/** A file that nothing is read for would never be made. */
const sourcelessFiles = (files: readonly PlanFile[]): string[] =>
  files.flatMap((item, index) =>
    sourcesOfFile(item).length === 0 ? [`files.${index}: names no source`] : [],
  );

const danglingReferences = (value: Plan): string[] => [
  ...sourcelessFiles(value.files),
  ...sourceProblems(value),
  ...brokerProblems(value),
  ...value.files.flatMap((item, index) =>
    sourcesOfFile(item).every((source) => source < value.sources.length)
      ? []
      : [`files.${index}.source: no such source`],
  ),
];

/**
 * Reads a plan as the agent does. Unknown keys are refused: a plan that this version does not fully understand is not half
 * obeyed. The error lists everything that is wrong, a line each.
 */
export const parsePlan = (encoded: string): Result<Plan, readonly string[]> => {
  let json: unknown;
  try {
    json = JSON.parse(encoded);
  } catch {
    return err(['plan: not JSON']);
  }
  const parsed = z.safeParse(plan, json);
  if (!parsed.success) return err(parsed.error.issues.map(problem));
  const dangling = danglingReferences(parsed.data);
  return dangling.length === 0 ? ok(parsed.data) : err(dangling);
};

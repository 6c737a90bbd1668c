import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { err, ok, type Result } from './result.ts';

/**
 * The plan: what one pod needs, decided at admission and carried in the injected containers' `KEYFERRY_PLAN`.
 * It holds no secret value. This file is both halves' only knowledge of its shape: the webhook encodes, the agent parses.
 */

z.config(english());

const text = z.string().check(z.minLength(1));
const seconds = z.int().check(z.nonnegative());

const vaultStore = z.strictObject({
  type: z.literal('vault'),
  /** Base URL, no trailing slash. */
  server: text,
  /** http is refused unless the install allows it. */
  allowHttp: z.boolean(),
  /** Where keys are relative to, usually a mount (`kv`); empty: keys are full paths. */
  path: z.string(),
  /** What the store's author says the mount is; the mount table decides where the token may see it. */
  kvVersion: z.enum(['v1', 'v2']),
  namespace: z.optional(text),
  /** PEM, instead of the system's certificate authorities. */
  caBundle: z.optional(text),
  /** Name expected in the server's certificate, where it is not the URL's host. */
  serverName: z.optional(text),
  auth: z.strictObject({
    method: z.enum(['kubernetes', 'jwt']),
    /** Mount of the auth method, without `auth/`. */
    mountPath: text,
    /** Absent: the auth method's default role. */
    role: z.optional(text),
    /** Vault namespace of the login, where it differs. */
    namespace: z.optional(text),
    /** File name of the projected token. */
    token: text,
  }),
});

const fileStore = z.strictObject({
  type: z.literal('file'),
  /** A YAML or JSON file, or a folder with one file per key. */
  path: text,
  /** After resolving links the path must be below this folder. */
  root: text,
});

const awsRole = z.strictObject({
  arn: text,
  externalId: z.optional(text),
  /** By key. */
  sessionTags: z.optional(z.array(z.strictObject({ key: text, value: z.string() }))),
  /** Keys of the session tags that the next role of the chain inherits. */
  transitiveTagKeys: z.optional(z.array(text)),
});

const awsStore = z.strictObject({
  type: z.literal('aws'),
  region: text,
  /** http is refused unless the install allows it. */
  allowHttp: z.boolean(),
  /** Base URLs without a trailing slash, where they are not the region's own. */
  secretsManagerEndpoint: z.optional(text),
  stsEndpoint: z.optional(text),
  /** PEM, instead of the system's certificate authorities; for both endpoints. */
  caBundle: z.optional(text),
  /** Stands before every key that is no ARN; may be empty. */
  prefix: z.string(),
  auth: z.strictObject({
    /** File name of the projected token, for the first role. */
    token: text,
    /** Whether EKS Pod Identity is the first identity where the pod has its variables; then every role is assumed from there. */
    podIdentity: z.boolean(),
    /** Assumed one from the other; the first with the projected token (AssumeRoleWithWebIdentity). */
    roles: z.array(awsRole),
    /** How CloudTrail names the sessions. */
    sessionName: text,
  }),
});

const store = z.strictObject({
  name: text,
  kind: z.enum(['SecretStore', 'ClusterSecretStore']),
  provider: z.discriminatedUnion('type', [vaultStore, awsStore, fileStore]),
});

const source = z.strictObject({
  /** Index into `stores`. */
  store: seconds,
  key: text,
  version: z.optional(text),
  /** A staging label of AWS Secrets Manager. */
  stage: z.optional(text),
  /** What a Vault engine is asked to make the secret with, sorted by name; then the path is written to, not read. */
  parameters: z.optional(z.array(z.strictObject({ name: text, value: z.string() }))),
  /** 0: read once. */
  intervalSeconds: seconds,
});

const file = z.strictObject({
  /** Index into `sources`. */
  source: seconds,
  /** Relative to the volume; for `extract` the folder that the fields become files in. */
  path: text,
  kind: z.enum(['value', 'extract']),
  property: z.optional(text),
  decode: z.optional(z.enum(['base64', 'base64url', 'auto'])),
  /** A first generation may be published without it. */
  optional: z.boolean(),
  /** Octal, four digits. */
  mode: z.string().check(z.regex(/^0[0-7]{3}$/)),
});

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
});

export type Plan = z.infer<typeof plan>;
export type PlanStore = z.infer<typeof store>;
export type VaultStorePlan = z.infer<typeof vaultStore>;
export type AwsStorePlan = z.infer<typeof awsStore>;
export type FileStorePlan = z.infer<typeof fileStore>;
export type PlanSource = z.infer<typeof source>;
export type PlanFile = z.infer<typeof file>;
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

const danglingReferences = (value: Plan): string[] => [
  ...value.sources.flatMap((item, index) =>
    item.store < value.stores.length ? [] : [`sources.${index}.store: no such store`],
  ),
  ...value.files.flatMap((item, index) =>
    item.source < value.sources.length ? [] : [`files.${index}.source: no such source`],
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

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

/** Which secrets of a store are wanted, where they are not named: all that fit every criterion. */
const find = z.strictObject({
  /** Where to look: a folder of Vault, the beginning of a name elsewhere. */
  path: z.optional(text),
  /** A regular expression of RE2 that is found in the name. */
  name: z.optional(text),
  /** Sorted by name. */
  tags: z.optional(z.array(z.strictObject({ name: text, value: z.string() }))),
});

const source = z.strictObject({
  /** Index into `stores`. */
  store: seconds,
  /** Empty where `find` says what is read. */
  key: z.string(),
  version: z.optional(text),
  /** A staging label of AWS Secrets Manager. */
  stage: z.optional(text),
  /** What a Vault engine is asked to make the secret with, sorted by name; then the path is written to, not read. */
  parameters: z.optional(z.array(z.strictObject({ name: text, value: z.string() }))),
  /** Reads every secret that fits; the document is that of `lib/found-secrets.ts`. */
  find: z.optional(find),
  /** 0: read once. */
  intervalSeconds: seconds,
});

const decode = z.optional(z.enum(['base64', 'base64url', 'auto']));

/** What is taken out of a source's document. */
const selection = {
  /** Index into `sources`. */
  source: seconds,
  property: z.optional(text),
  decode,
};

/** A first generation may be published without it. */
const optional = z.boolean();

/** Octal, four digits. */
const mode = z.string().check(z.regex(/^0[0-7]{3}$/));

const valueFile = z.strictObject({
  source: seconds,
  /** Relative to the volume. */
  path: text,
  kind: z.literal('value'),
  property: z.optional(text),
  decode,
  optional,
  mode,
});

const extractFile = z.strictObject({
  source: seconds,
  /** Folder that the fields become files in. */
  path: text,
  kind: z.literal('extract'),
  property: z.optional(text),
  decode,
  optional,
  mode,
});

/** A ref that a template of an annotation names, as it is written there. */
const templateRef = z.strictObject({
  text,
  ...selection,
  /** Where it is missing, `secret` gives an empty text and `secretData` an empty map. */
  optional,
});

const templateFile = z.strictObject({
  path: text,
  kind: z.literal('template'),
  template: z.string(),
  /** What is made of nothing that is read belongs into a ConfigMap. */
  refs: z.array(templateRef).check(z.minLength(1)),
  optional,
  mode,
});

const rewrite = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('regexp'), source: z.string(), target: z.string() }),
  z.strictObject({ kind: z.literal('transform'), template: z.string() }),
  z.strictObject({
    kind: z.literal('merge'),
    strategy: z.enum(['Extract', 'JSON']),
    /** Of strategy JSON: the key that all becomes. */
    into: z.string(),
    priority: z.array(z.string()),
    priorityPolicy: z.enum(['Strict', 'IgnoreNotFound']),
    conflictPolicy: z.enum(['Error', 'Ignore']),
  }),
]);

/** Many keys at once: the fields of a secret, or the secrets that were found. Later entries go over earlier ones. */
const entrySet = z.strictObject({
  kind: z.enum(['extract', 'find']),
  ...selection,
  conversion: z.enum(['Default', 'Unicode']),
  /** Applied one after another; then `conversion` is not. */
  rewrite: z.array(rewrite),
  /** Whether a value with a NUL byte is an error. */
  refuseNullBytes: z.boolean(),
});

/** One key; goes over what `sets` brought. */
const entry = z.strictObject({ secretKey: text, ...selection, refuseNullBytes: z.boolean() });

const templateText = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  /** A key of a ConfigMap of the pod's namespace, projected to `configmaps/<name>/<key>` of the identity volume. */
  z.strictObject({ kind: z.literal('config-map'), name: text, key: text }),
]);

const targetTemplate = z.strictObject({
  /** Values: the file of this name. KeysAndValues: YAML that maps names of files to their contents. */
  as: z.enum(['Values', 'KeysAndValues']),
  /** Of Values: the file's name. Else empty. */
  key: z.string(),
  from: templateText,
  decode,
});

const externalSecretFile = z.strictObject({
  /** Folder that the keys become files in. */
  path: text,
  kind: z.literal('external-secret'),
  /** Its name, for messages. */
  name: text,
  sets: z.array(entrySet),
  entries: z.array(entry),
  /** What becomes of a file whose secret is gone upstream. */
  whenGone: z.enum(['keep', 'remove']),
  /** In the order of their application: later ones go over earlier ones. Absent: the keys themselves are the files. */
  templates: z.optional(z.array(targetTemplate)),
  /** Whether the keys become files beside those of the templates. */
  keepsKeys: z.boolean(),
  optional,
  mode,
});

const file = z.discriminatedUnion('kind', [valueFile, extractFile, templateFile, externalSecretFile]);

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

/** A file that nothing is read for would never be made. */
const sourcelessFiles = (files: readonly PlanFile[]): string[] =>
  files.flatMap((item, index) =>
    sourcesOfFile(item).length === 0 ? [`files.${index}: names no source`] : [],
  );

const danglingReferences = (value: Plan): string[] => [
  ...sourcelessFiles(value.files),
  ...sourceProblems(value),
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

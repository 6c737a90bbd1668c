import * as z from 'zod/mini';
import { seconds, text } from './primitives.ts';

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

export const valueFile = z.strictObject({
  source: seconds,
  /** Relative to the volume. */
  path: text,
  kind: z.literal('value'),
  property: z.optional(text),
  decode,
  optional,
  mode,
});

export const extractFile = z.strictObject({
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
export const templateRef = z.strictObject({
  text,
  ...selection,
  /** Where it is missing, `secret` gives an empty text and `secretData` an empty map. */
  optional,
});

export const templateFile = z.strictObject({
  path: text,
  kind: z.literal('template'),
  template: z.string(),
  /** What is made of nothing that is read belongs into a ConfigMap. */
  refs: z.array(templateRef).check(z.minLength(1)),
  optional,
  mode,
});

export const rewrite = z.discriminatedUnion('kind', [
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
export const entrySet = z.strictObject({
  kind: z.enum(['extract', 'find']),
  ...selection,
  conversion: z.enum(['Default', 'Unicode']),
  /** Applied one after another; then `conversion` is not. */
  rewrite: z.array(rewrite),
  /** Whether a value with a NUL byte is an error. */
  refuseNullBytes: z.boolean(),
});

/** One key; goes over what `sets` brought. */
export const entry = z.strictObject({ secretKey: text, ...selection, refuseNullBytes: z.boolean() });

const templateText = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  /** A key of a ConfigMap of the pod's namespace, projected to `configmaps/<name>/<key>` of the identity volume. */
  z.strictObject({ kind: z.literal('config-map'), name: text, key: text }),
]);

export const targetTemplate = z.strictObject({
  /** Values: the file of this name. KeysAndValues: YAML that maps names of files to their contents. */
  as: z.enum(['Values', 'KeysAndValues']),
  /** Of Values: the file's name. Else empty. */
  key: z.string(),
  from: templateText,
  decode,
});

export const externalSecretFile = z.strictObject({
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

export const file = z.discriminatedUnion('kind', [valueFile, extractFile, templateFile, externalSecretFile]);

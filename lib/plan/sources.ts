import * as z from 'zod/mini';
import { seconds, text } from './primitives.ts';

/** Which secrets of a store are wanted, where they are not named: all that fit every criterion. */
export const find = z.strictObject({
  /** Where to look: a folder of Vault, the beginning of a name elsewhere. */
  path: z.optional(text),
  /** A regular expression of RE2 that is found in the name. */
  name: z.optional(text),
  /** Sorted by name. */
  tags: z.optional(z.array(z.strictObject({ name: text, value: z.string() }))),
});

export const source = z.strictObject({
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

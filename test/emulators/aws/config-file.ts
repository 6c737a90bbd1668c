import * as z from 'zod/mini';
import { ok } from '../../../lib/result.ts';
import { isJsonObject } from '../shared/json.ts';
import { parseConfigText } from '../shared/config-text.ts';
import { parseBy } from '../shared/parse.ts';
import type { Result } from '../../../lib/result.ts';
import type { KeysConfig } from '../shared/keys-config.ts';
import type { AwsSetup } from './setup.ts';
import type { Limit } from './throttle.ts';

/** What `main.ts` reads: the account's set-up, and what is about the server. */
export interface FileConfig {
  readonly setup: AwsSetup;
  readonly keys: KeysConfig | undefined;
  readonly limits: Readonly<Record<string, Limit>> | undefined;
  /** What lets in to `/_standin/`. */
  readonly adminToken: string | undefined;
  readonly dnsNames: readonly string[] | undefined;
}

const text = z.string().check(z.minLength(1));
const texts = z.record(z.string(), z.string());
// Policies are judged where they are used, with the role's name in the message.
const policy = z.custom<object>(isJsonObject, 'must be an object');

const role = z.strictObject({
  trust: policy,
  policy: z.optional(z.union([z.array(policy), policy])),
  maxSessionDuration: z.optional(z.int()),
  tags: z.optional(texts),
});

const content = z.union([
  z.string(),
  z.strictObject({ json: z.record(z.string(), z.unknown()) }),
  z.strictObject({ binary: z.string() }),
]);

const secret = z.union([
  content,
  z.strictObject({
    value: content,
    description: z.optional(text),
    kmsKeyId: z.optional(text),
    tags: z.optional(texts),
    account: z.optional(text),
  }),
]);

const file = z.strictObject({
  account: z.optional(z.string().check(z.regex(/^\d{12}$/, 'must have 12 digits'))),
  region: z.optional(text),
  oidcProviders: z.optional(z.record(z.string(), z.strictObject({ audiences: z.optional(z.array(text)) }))),
  roles: z.optional(z.record(z.string(), role)),
  users: z.optional(
    z.record(
      z.string(),
      z.strictObject({ accessKeyId: text, secretAccessKey: text, policy: z.optional(policy) }),
    ),
  ),
  secrets: z.optional(z.record(z.string(), secret)),
  podIdentity: z.optional(texts),
  keys: z.optional(
    z.union([
      z.strictObject({ file: text }),
      z.strictObject({
        url: text,
        tokenFile: z.optional(text),
        caFile: z.optional(text),
        caPem: z.optional(text),
      }),
    ]),
  ),
  limits: z.optional(
    z.record(z.string(), z.strictObject({ perSecond: z.number(), burst: z.optional(z.number()) })),
  ),
  adminToken: z.optional(text),
  dnsNames: z.optional(z.array(text)),
});

/** Reads a configuration in YAML or JSON; the error names the fields that are wrong. */
export function parseConfigFile(contents: string): Result<FileConfig, string> {
  const document = parseConfigText(contents);
  if (!document.ok) return document;
  const parsed = parseBy(file, document.value, 'config');
  if (!parsed.ok) return parsed;
  const { keys, limits, adminToken, dnsNames, ...setup } = parsed.value;
  return ok({ setup: setup as AwsSetup, keys, limits, adminToken, dnsNames });
}

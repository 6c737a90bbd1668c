import * as z from 'zod/mini';
import { ok } from '../../../lib/result.ts';
import { parseConfigText } from '../shared/config-text.ts';
import { parseBy } from '../shared/parse.ts';
import { isUuid } from './organization/uuid.ts';
import { limitSchema } from './rate-limit.ts';
import type { Result } from '../../../lib/result.ts';
import type { Limit } from './rate-limit.ts';
import type { BitwardenSetup } from './setup.ts';

/** What `main.ts` reads: the organisation's set-up, and what is about the server. */
export interface FileConfig {
  readonly setup: BitwardenSetup;
  readonly limits: readonly Limit[] | undefined;
  readonly sessionSeconds: number | undefined;
  /** What lets in to `/_standin/`. */
  readonly adminToken: string | undefined;
  readonly dnsNames: readonly string[] | undefined;
}

const text = z.string().check(z.minLength(1));
const id = z.string().check(z.refine(isUuid, 'must be a UUID'));

const file = z.strictObject({
  organizationId: z.optional(id),
  organizationKey: z.optional(text),
  projects: z.optional(z.record(z.string(), z.strictObject({ id: z.optional(id) }))),
  secrets: z.optional(
    z.array(
      z.strictObject({
        ...{ key: text, value: z.string(), note: z.optional(z.string()) },
        ...{ project: z.optional(text), id: z.optional(id) },
      }),
    ),
  ),
  machineAccounts: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        id: z.optional(id),
        projects: z.optional(z.array(text)),
        // Judged where they are used; the message does not repeat them.
        accessTokens: z.optional(z.array(text)),
      }),
    ),
  ),
  limits: z.optional(z.array(limitSchema)),
  sessionSeconds: z.optional(z.int().check(z.positive())),
  adminToken: z.optional(text),
  dnsNames: z.optional(z.array(text)),
});

/** Reads a configuration in YAML or JSON; the error names the fields that are wrong. */
export function parseConfigFile(contents: string): Result<FileConfig, string> {
  const document = parseConfigText(contents);
  if (!document.ok) return document;
  const parsed = parseBy(file, document.value, 'config');
  if (!parsed.ok) return parsed;
  const { limits, sessionSeconds, adminToken, dnsNames, ...setup } = parsed.value;
  return ok({ setup, limits, sessionSeconds, adminToken, dnsNames });
}

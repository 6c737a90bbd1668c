import * as z from 'zod/mini';
import { commonFaults, whole } from '../../shared/faults/schemas.ts';
import { parseBy } from '../../shared/parse.ts';
import type { Result } from '../../../../lib/result.ts';

/** `path` is a glob over `secretsmanager/GetSecretValue/payments/db`, `sts/AssumeRole/<role ARN>`, `pod-identity/GetCredentials`. */
const target = {
  path: z.optional(z.string()),
  service: z.optional(z.enum(['sts', 'secretsmanager', 'pod-identity'])),
  operation: z.optional(z.string()),
  /** How many requests; until cleared by default. */
  times: z.optional(whole),
};

const words = { code: z.optional(z.string()), message: z.optional(z.string()) };

const fault = z.discriminatedUnion('kind', [
  ...commonFaults(target),
  /** Another status, in the words of the protocol; `retryAfter` is the header of that name, in seconds. */
  z.strictObject({
    ...{ kind: z.literal('status'), status: whole, retryAfter: z.optional(whole) },
    ...words,
    ...target,
  }),
  /** What AWS says to too many calls: 400, `ThrottlingException` or `Throttling`. */
  z.strictObject({ kind: z.literal('throttled'), ...target }),
  /** Status 200 with an error body. */
  z.strictObject({ kind: z.literal('error-body'), ...words, ...target }),
]);

/** What goes wrong with an answer, and with which. */
export type Fault = z.infer<typeof fault>;

/** Reads a fault from JSON; the error says what is wrong with it. */
export const parseFault = (data: unknown): Result<Fault, string> => parseBy(fault, data, 'fault');

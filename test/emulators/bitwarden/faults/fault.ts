import * as z from 'zod/mini';
import { commonFaults, whole } from '../../shared/faults/schemas.ts';
import { parseBy } from '../../shared/parse.ts';
import type { Result } from '../../../../lib/result.ts';

/** `path` is a glob over what is below `/identity/` or `/api/`: `connect/token`, `secrets/*`. */
const target = {
  path: z.optional(z.string()),
  method: z.optional(z.string()),
  operation: z.optional(z.string()),
  /** How many requests; until cleared by default. */
  times: z.optional(whole),
};

const message = { message: z.optional(z.string()) };

const fault = z.discriminatedUnion('kind', [
  ...commonFaults(target),
  /** Another status, in the API's words; `retryAfter` is the header of that name, in seconds. */
  z.strictObject({
    ...{ kind: z.literal('status'), status: whole, retryAfter: z.optional(whole) },
    ...message,
    ...target,
  }),
  /** What the servers say to too many requests: 429, `Slow down!`, a minute by default. */
  z.strictObject({ kind: z.literal('throttled'), retryAfter: z.optional(whole), ...target }),
  /** Status 200 with an error body. */
  z.strictObject({ kind: z.literal('error-body'), ...message, ...target }),
  /** Nothing that is encrypted can be decrypted: the MACs are wrong. */
  z.strictObject({ kind: z.literal('wrong-key'), ...target }),
]);

/** What goes wrong with an answer, and with which. */
export type Fault = z.infer<typeof fault>;

/** Reads a fault from JSON; the error says what is wrong with it. */
export const parseFault = (data: unknown): Result<Fault, string> => parseBy(fault, data, 'fault');

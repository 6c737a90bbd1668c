import * as z from 'zod/mini';

/** A number that is whole and not negative. */
export const whole = z.int().check(z.nonnegative());

/** The faults that every stand-in has, as schemas; `target` are the fields that say which requests they meet. */
export const commonFaults = <Target extends z.core.$ZodLooseShape>(target: Target) =>
  [
    z.strictObject({ kind: z.enum(['reset', 'reset-mid-body', 'hang']), ...target }),
    z.strictObject({ kind: z.enum(['slow-headers', 'slow-body']), milliseconds: whole, ...target }),
    z.strictObject({ kind: z.enum(['truncated-json', 'html', 'empty-body']), ...target }),
    z.strictObject({ kind: z.literal('huge-body'), bytes: z.optional(whole), ...target }),
    z.strictObject({ kind: z.literal('redirect'), location: z.string(), ...target }),
  ] as const;

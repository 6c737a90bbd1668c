import * as z from 'zod/mini';

/** A text that says something. */
export const text = z.string().check(z.minLength(1));

/** Whole seconds, or another count from 0. */
export const seconds = z.int().check(z.nonnegative());

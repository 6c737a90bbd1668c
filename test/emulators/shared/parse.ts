import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { err, ok } from '../../../lib/result.ts';
import type { Result } from '../../../lib/result.ts';

z.config(english());

/** Reads data by a schema; the error lists everything that is wrong with it, each with its path under `name`. */
export function parseBy<T extends z.ZodMiniType>(
  schema: T,
  data: unknown,
  name: string,
): Result<z.infer<T>, string> {
  const parsed = z.safeParse(schema, data);
  if (parsed.success) return ok(parsed.data);
  const lines = parsed.error.issues.map(
    ({ path, message }) => `${[name, ...path].map(String).join('.')}: ${message}`,
  );
  return err(lines.join('; '));
}

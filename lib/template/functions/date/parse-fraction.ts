import { err, ok, type Result } from '../../../result.ts';

/**
 * Reads a fraction of a second: `.000` wants just so many digits, `.999` takes as many as there are, also none. Digits past the
 * nanosecond do not count.
 */
export const readFraction = (
  part: { readonly text: string; readonly trimmed: boolean; readonly kind: 'fraction' },
  value: string,
  reading: { nanosecond?: number },
): Result<string, string> => {
  const found = /^[.,]([0-9]+)/.exec(value)?.[1];
  if (part.trimmed && found === undefined) return ok(value);
  const wanted = part.trimmed ? (found?.length ?? 0) : part.text.length - 1;
  if (found === undefined || found.length < wanted) return err(`cannot parse the value as "${part.text}"`);
  reading.nanosecond = Number(found.slice(0, wanted).slice(0, 9).padEnd(9, '0'));
  return ok(value.slice(1 + wanted));
};

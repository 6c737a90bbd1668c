import { filePathProblem } from '../../file-path.ts';
import type { PlanEntrySet } from '../../plan.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Values } from './types.ts';

/** Go's `unicode.IsLetter` and `unicode.IsNumber`, and what stands in keys beside them. */
const legal = /^[\p{L}\p{N}._-]$/u;

/** Kubernetes' limit for a key of a Secret, in bytes. */
const maximumKeyBytes = 253;

const escapedRune = (rune: string): string =>
  `_U${(rune.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}_`;

const convertKey = (key: string, conversion: PlanEntrySet['conversion']): string =>
  Array.from(key, (rune) => {
    if (legal.test(rune)) return rune;
    return conversion === 'Unicode' ? escapedRune(rune) : '_';
  }).join('');

/** Makes keys of a Secret of all names; two that become one are an error. */
export const convertKeys = (
  values: Values,
  conversion: PlanEntrySet['conversion'],
): Result<Values, string> => {
  const converted = new Map<string, Buffer>();
  for (const [name, value] of values) {
    const key = convertKey(name, conversion);
    if (converted.has(key)) return err(`two names become the key ${JSON.stringify(key)}`);
    converted.set(key, value);
  }
  return ok(converted);
};

/** How messages name one of several things whose names may be secret. */
export const entryName = (index: number): string => `entry ${index + 1}`;

/** Why a key cannot be a file of a folder, or undefined where it can. */
export const fileNameProblem = (key: string): string | undefined =>
  key.includes('/') ? 'has a "/"' : filePathProblem(key);

const keyProblem = (key: string): string | undefined => {
  if (Buffer.byteLength(key) > maximumKeyBytes) return `has more than ${maximumKeyBytes} bytes`;
  const illegal = Array.from(key).find((rune) => !legal.test(rune));
  if (illegal !== undefined)
    return `has the character ${JSON.stringify(illegal)}; only letters, digits, "-", "." and "_" are allowed`;
  return fileNameProblem(key);
};

/** Refuses keys that a Secret could not have, nor a folder; an empty one is left out. */
export const checkKeys = (values: Values): Result<Values, string> => {
  const checked = new Map(values);
  checked.delete('');
  for (const key of checked.keys()) {
    const problem = keyProblem(key);
    if (problem !== undefined) return err(`the key ${JSON.stringify(key)} ${problem}`);
  }
  return ok(checked);
};

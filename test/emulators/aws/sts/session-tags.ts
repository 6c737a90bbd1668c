import { ok } from '../../../../lib/result.ts';
import { refuse } from '../wire/answer.ts';
import { Constraints } from '../wire/constraints.ts';
import { invalid, members } from './parameters.ts';
import type { Session } from '../sessions.ts';
import type { Outcome } from '../wire/answer.ts';

/** The tags that a session is to have, and those that it hands on. */
export interface SessionTags {
  /** What the request itself brings. */
  readonly requested: Readonly<Record<string, string>>;
  /** With what is inherited. */
  readonly all: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

const text = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';

function constraintsOf(keys: readonly string[], values: readonly string[]): Constraints {
  const constraints = new Constraints();
  const position = (index: number, part: string): string => `tags.${index + 1}.member.${part}`;
  for (const [index, key] of keys.entries())
    constraints.check(position(index, 'key'), key, { shortest: 1, longest: 128, pattern: `${text}+` });
  for (const [index, value] of values.entries())
    constraints.check(position(index, 'value'), value, { longest: 256, pattern: `${text}*` });
  return constraints;
}

const sameKey =
  (key: string) =>
  (other: string): boolean =>
    key.toLowerCase() === other.toLowerCase();

/** Reads `Tags` and `TransitiveTagKeys` and adds what the caller's session hands on. */
export function readSessionTags(form: URLSearchParams, from: Session | undefined): Outcome<SessionTags> {
  const keys = members(form, 'Tags', '.Key');
  const values = members(form, 'Tags', '.Value');
  const transitive = members(form, 'TransitiveTagKeys');
  if (keys.length > 50) return invalid('The number of session tags exceeds the limit of 50.');
  const { message } = constraintsOf(keys, values);
  if (message !== undefined) return invalid(message);
  if (keys.some((key, index) => keys.slice(0, index).some(sameKey(key))))
    return refuse(
      400,
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  const inheritedKeys = from?.transitiveTagKeys ?? [];
  if (keys.some((key) => inheritedKeys.some(sameKey(key))))
    return refuse(
      400,
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  if (transitive.some((key) => !keys.includes(key)))
    return refuse(
      400,
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    );
  const requested = Object.fromEntries(keys.map((key, index) => [key, values[index] ?? '']));
  const inherited = Object.fromEntries(inheritedKeys.map((key) => [key, from?.tags[key] ?? '']));
  return ok({
    requested,
    all: { ...inherited, ...requested },
    transitiveTagKeys: [...inheritedKeys, ...transitive],
  });
}

import { ok } from '../../../../lib/result.ts';
import { isJsonObject } from '../../shared/json.ts';
import { invalidParameter } from './fields.ts';
import type { Outcome } from '../wire/answer.ts';
import type { SecretFields } from './fields.ts';
import type { Secret } from './secret.ts';

type Texts = (secret: Secret) => readonly string[];

const texts: ReadonlyMap<string, Texts> = new Map<string, Texts>([
  ['name', ({ name }) => [name]],
  ['description', ({ description }) => (description ?? '').split(/\s+/)],
  ['tag-key', ({ tags }) => Object.keys(tags)],
  ['tag-value', ({ tags }) => Object.values(tags)],
  [
    'all',
    ({ name, description = '', tags }) => [name, ...description.split(/\s+/), ...Object.entries(tags).flat()],
  ],
]);

/** Values are beginnings; one with `!` in front must not fit. */
function fits(read: Texts, values: readonly string[], secret: Secret): boolean {
  const found = read(secret);
  return values.some((value) =>
    value.startsWith('!')
      ? !found.some((text) => text.startsWith(value.slice(1)))
      : found.some((text) => text.startsWith(value)),
  );
}

/** Reads `Filters`: all of them have to fit; undefined where there are none. */
export function readFilters(fields: SecretFields): Outcome<((secret: Secret) => boolean) | undefined> {
  const list = fields.list('Filters');
  if (list === undefined) return ok(undefined);
  const tests: ((secret: Secret) => boolean)[] = [];
  for (const filter of list.filter(isJsonObject)) {
    const read = texts.get(String(filter['Key']));
    const values = Array.isArray(filter['Values']) ? (filter['Values'] as unknown[]).map(String) : [];
    if (read === undefined || values.length === 0) return invalidParameter('Invalid filter.');
    tests.push((secret) => fits(read, values, secret));
  }
  return ok((secret) => tests.every((test) => test(secret)));
}

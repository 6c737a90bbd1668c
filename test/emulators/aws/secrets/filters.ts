import { isJsonObject } from '../../shared/json.ts';
import type { SecretFields } from './fields.ts';
import type { Secret } from './secret.ts';

type Test = (secret: Secret, value: string) => boolean;

/** What AWS takes for words: a change of case, of letters and digits, or anything else ends one. */
const wordsOf = (text: string): string[] =>
  (text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+/g) ?? []).map((word) => word.toLowerCase());

const beginsWord = (texts: readonly string[], word: string): boolean =>
  texts.flatMap(wordsOf).some((found) => found.startsWith(word));

const begins = (texts: readonly string[], start: string): boolean =>
  texts.some((text) => text.startsWith(start));

const attributes = ({ name, description = '', tags }: Secret): string[] => [
  name,
  description,
  ...Object.entries(tags).flat(),
];

/** How values of each key are looked for (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html). */
const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['name', ({ name }, value) => begins([name], value)],
  ['tag-key', ({ tags }, value) => begins(Object.keys(tags), value)],
  ['tag-value', ({ tags }, value) => begins(Object.values(tags), value)],
  [
    'description',
    ({ description = '' }, value) => wordsOf(value).every((word) => beginsWord([description], word)),
  ],
  ['all', (secret, value) => wordsOf(value).some((word) => beginsWord(attributes(secret), word))],
  // No secret here is a replica, nor another service's.
  ['primary-region', () => false],
  ['owning-service', () => false],
]);

const mostFilters = 10;
const mostValues = 10;
const keyPattern = [...tests.keys()].join('|');
const valuePattern = String.raw`[a-zA-Z0-9 :_@/+=.\-!]*`;

/** Any of the values has to fit; one with `!` in front is one that must not. */
const fits = (test: Test, values: readonly string[], secret: Secret): boolean =>
  values.some((value) => (value.startsWith('!') ? !test(secret, value.slice(1)) : test(secret, value)));

function readFilter(fields: SecretFields, filter: unknown, place: string): (secret: Secret) => boolean {
  const { Key: key, Values: values } = isJsonObject(filter) ? filter : {};
  const wanted = Array.isArray(values) ? (values as unknown[]).map(String) : [];
  fields.check(`${place}.key`, String(key), { pattern: keyPattern });
  fields.checkLength(`${place}.values`, wanted, { shortest: 1, longest: mostValues });
  for (const [index, value] of wanted.entries())
    fields.check(`${place}.values.${index + 1}.member`, value, { longest: 512, pattern: valuePattern });
  const test = tests.get(String(key));
  return (secret) => test !== undefined && fits(test, wanted, secret);
}

/** Reads `Filters`: all of them have to fit; undefined where there are none. What is wrong is the problem of `fields`. */
export function readFilters(fields: SecretFields): ((secret: Secret) => boolean) | undefined {
  const list = fields.list('Filters');
  if (list === undefined) return undefined;
  fields.checkLength('filters', list, { longest: mostFilters });
  const filters = list.map((filter, index) => readFilter(fields, filter, `filters.${index + 1}.member`));
  return (secret) => filters.every((filter) => filter(secret));
}

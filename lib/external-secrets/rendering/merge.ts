import { isJsonObject } from '../../json.ts';
import type { PlanRewrite } from '../../plan.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Values } from './types.ts';

type Merge = Extract<PlanRewrite, { kind: 'merge' }>;

/** Go sorts strings by their bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const htmlCharacters: ReadonlyMap<string, string> = new Map(
  ['<', '>', '&'].map((character) => [character, `\\u00${character.charCodeAt(0).toString(16)}`]),
);

const lineSeparators: ReadonlyMap<string, string> = new Map([
  ['\u2028', '\\u2028'],
  ['\u2029', '\\u2029'],
]);

const escaped = (text: string, escapesHtml: boolean): string =>
  JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/gu,
    (character) =>
      lineSeparators.get(character) ?? (escapesHtml ? htmlCharacters.get(character) : undefined) ?? character,
  );

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : JSON.stringify(value));

/** JSON as Go's `encoding/json` writes a value that it has read: keys sorted, numbers as doubles. */
const goJson = (value: unknown, escapesHtml: boolean): string => {
  if (typeof value === 'string') return escaped(value, escapesHtml);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map((item) => goJson(item, escapesHtml)).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => byBytes(a, b))
    .map(([name, member]) => `${escaped(name, escapesHtml)}:${goJson(member, escapesHtml)}`);
  return `{${members.join(',')}}`;
};

/** A double as Go's `strconv.FormatFloat(value, 'f', -1, 64)` writes it: never with an exponent. */
const plainNumber = (value: number): string => {
  const text = numberText(value);
  const [mantissa = '', exponent] = text.split('e');
  if (exponent === undefined) return text;
  const digits = mantissa.replace('-', '').replace('.', '');
  const point = mantissa.replace('-', '').split('.')[0]?.length ?? 1;
  const shift = point + Number(exponent);
  const sign = value < 0 ? '-' : '';
  return shift <= 0 ? `${sign}0.${'0'.repeat(-shift)}${digits}` : `${sign}${digits.padEnd(shift, '0')}`;
};

const fieldText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return plainNumber(value);
  return value === null ? '' : goJson(value, true);
};

const finite = (_name: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('no double');
  return value;
};

const readObject = (key: string, bytes: Buffer): Result<Readonly<Record<string, unknown>>, string> => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'), finite);
    if (value === null) return ok({});
    if (isJsonObject(value)) return ok(value);
  } catch {
    // Its message may quote the value.
  }
  return err(`merge: the value of ${JSON.stringify(key)} is not a JSON object`);
};

/** Those without priority by name, then those with it in their order: later ones go over earlier ones. */
const order = ({ priority }: Merge, values: Values): readonly string[] => [
  ...[...values.keys()].filter((key) => !priority.includes(key)).sort(byBytes),
  ...priority,
];

const mergeFields = (rule: Merge, values: Values): Result<ReadonlyMap<string, unknown>, string> => {
  const merged = new Map<string, unknown>();
  const conflicts: string[] = [];
  for (const key of order(rule, values)) {
    const bytes = values.get(key);
    if (bytes === undefined && rule.priorityPolicy === 'IgnoreNotFound') continue;
    if (bytes === undefined) return err(`merge: there is no key ${JSON.stringify(key)}`);
    const fields = readObject(key, bytes);
    if (!fields.ok) return fields;
    for (const [name, value] of Object.entries(fields.value)) {
      if (merged.has(name)) conflicts.push(name);
      merged.set(name, value);
    }
  }
  return conflicts.length === 0 || rule.conflictPolicy === 'Ignore'
    ? ok(merged)
    : err(`merge: more than one secret has ${conflicts.map((name) => JSON.stringify(name)).join(', ')}`);
};

/** Merges the JSON objects that the values are: their fields become keys (Extract), or one more key holds them all (JSON). */
export const mergeValues = (rule: Merge, values: Values): Result<Values, string> => {
  const merged = mergeFields(rule, values);
  if (!merged.ok) return merged;
  if (rule.strategy === 'Extract')
    return ok(new Map([...merged.value].map(([name, value]) => [name, Buffer.from(fieldText(value))])));
  const all = Buffer.from(goJson(Object.fromEntries(merged.value), false));
  return ok(new Map([...values, [rule.into, all]]));
};

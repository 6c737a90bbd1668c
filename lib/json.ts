/**
 * JSON whose numbers come out as they went in. A secret's `12345678901234567890` or `1.10` must reach the file as the
 * store wrote it, and not as the nearest double (TC39 "JSON.parse source text access").
 */

interface RawJson {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

const rawJson = JSON as unknown as RawJson;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepNumber: Reviver = (_key, value, context) =>
  typeof value === 'number' && context.source !== undefined ? rawJson.rawJSON(context.source) : value;

/** Parses JSON; a number stays its source text. Throws SyntaxError, whose message may quote the text: never show it. */
export const parseJsonKeepingNumbers = (text: string): unknown =>
  (JSON.parse as (text: string, reviver: Reviver) => unknown)(text, keepNumber);

/** Parses JSON of ours, or of whoever's word does not matter; undefined where it is none. Numbers become numbers. */
export const parseJsonOrNothing = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The text of a number from `parseJsonKeepingNumbers`; undefined for any other value. */
export const keptNumber = (value: unknown): string | undefined =>
  rawJson.isRawJSON(value) ? JSON.stringify(value) : undefined;

/** Whether a value from `parseJsonKeepingNumbers` is a JSON object: neither an array, nor null, nor a number. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !rawJson.isRawJSON(value);

/** What a value becomes in a file: a string as it is, null as nothing, everything else as compact JSON. */
export const jsonValueText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
};

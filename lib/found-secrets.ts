import { isJsonObject, parseJsonOrNothing } from './json.ts';

/** What a `find` brought: each secret's name, as the store keeps it, and its bytes. */
export type FoundSecrets = ReadonlyMap<string, Buffer>;

/** The document of a source with `find`: names in order, bytes in base64, so that equal finds are equal bytes. */
export const encodeFoundSecrets = (found: FoundSecrets): Buffer => {
  const entries = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(
    JSON.stringify(Object.fromEntries(entries.map(([name, bytes]) => [name, bytes.toString('base64')]))),
  );
};

/** Reads what `encodeFoundSecrets` wrote; undefined for anything else. */
export const decodeFoundSecrets = (document: Buffer): FoundSecrets | undefined => {
  const value = parseJsonOrNothing(document.toString('utf8'));
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return entries.length === Object.keys(value).length
    ? new Map(entries.map(([name, text]) => [name, Buffer.from(text, 'base64')]))
    : undefined;
};

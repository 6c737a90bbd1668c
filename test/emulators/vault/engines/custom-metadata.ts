import { err, ok } from '../../../../lib/result.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';

const most = 64;
const longestKey = 128;
const longestValue = 512;

/** Texts, and what Vault makes texts of. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return undefined;
}

const bytes = (text: string): number => Buffer.byteLength(text);

const lengthProblem = (key: string, value: string): string | undefined => {
  if (key === '' || bytes(key) > longestKey)
    return `length of key ${JSON.stringify(key)} is ${bytes(key)} but must be 0 < len(key) <= ${longestKey}`;
  return value === '' || bytes(value) > longestValue
    ? `length of value for key ${JSON.stringify(key)} is ${bytes(value)} but must be 0 < len(value) <= ${longestValue}`
    : undefined;
};

const failed = 'custom_metadata validation failed: ';
const listed = (problem: string): string => `1 error occurred:\n\t* ${failed}${problem}\n\n`;

/**
 * Reads the custom metadata of a write: texts of a limited length, 64 at the most; none at all is null. The error is Vault's
 * (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-metadata).
 */
export function readCustomMetadata(given: JsonObject): Result<JsonObject | null, string> {
  const entries = Object.entries(given);
  if (entries.length > most)
    return err(listed(`payload must contain at most ${most} keys, provided ${entries.length}`));
  const metadata: [string, string][] = [];
  for (const [key, value] of entries) {
    const text = textOf(value);
    if (text === undefined) return err(`${failed}'' expected type 'string'`);
    const problem = lengthProblem(key, text);
    if (problem !== undefined) return err(listed(problem));
    metadata.push([key, text]);
  }
  return ok(metadata.length === 0 ? null : Object.fromEntries(metadata));
}

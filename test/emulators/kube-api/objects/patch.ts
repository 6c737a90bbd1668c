import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { copyOf } from './json.ts';
import { isRecord } from './types.ts';

/** Applies a JSON Merge Patch (RFC 7386): null removes, objects merge, everything else replaces. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isRecord(patch)) return patch;
  const merged = new Map(Object.entries(isRecord(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
};

/** Applies a JSON Patch (RFC 6902) to a copy. Throws where an operation does not fit, a `test` too. */
export const jsonPatch = (target: unknown, operations: readonly unknown[]): unknown => {
  const copy = copyOf(target);
  return fastJsonPatch.applyPatch(copy, operations as Operation[], true, true, true).newDocument;
};

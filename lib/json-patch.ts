import { deepEqual } from './deep-equal.ts';

/** One operation of a JSON Patch (RFC 6902); these are all that a mutation needs. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** Appends a name to a JSON Pointer (RFC 6901): `~` is escaped before `/`, or it would be escaped twice. */
export const pointer = (parent: string, name: string | number): string =>
  `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const diffObjects = (before: Json, after: Json, path: string): PatchOperation[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): PatchOperation[] => {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    const is = Object.hasOwn(after, name) ? after[name] : undefined;
    const place = pointer(path, name);
    if (is === undefined) return was === undefined ? [] : [{ op: 'remove', path: place }];
    return was === undefined ? [{ op: 'add', path: place, value: is }] : diff(was, is, place);
  });
};

/** Names of a list's items where all have one and none twice: what lists in Kubernetes are merged by. */
const itemNames = (items: readonly unknown[]): readonly string[] | undefined => {
  const names = items.map((item) => (isObject(item) ? item['name'] : undefined));
  const texts = names.filter((name) => typeof name === 'string');
  return texts.length === items.length && new Set(texts).size === texts.length ? texts : undefined;
};

/**
 * Operations for a list that only gained items, or whose items changed in place; undefined where items left or moved. They
 * go from the front to the back, so each index is right when its turn comes.
 */
const diffNamedLists = (
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): PatchOperation[] | undefined => {
  const old = itemNames(before);
  const current = itemNames(after);
  if (old === undefined || current === undefined) return undefined;
  const kept = current.filter((name) => old.includes(name));
  if (kept.length !== old.length || kept.some((name, index) => name !== old[index])) return undefined;
  return current.flatMap((name, index): PatchOperation[] => {
    const was = before[old.indexOf(name)];
    const place = pointer(path, index);
    return was === undefined
      ? [{ op: 'add', path: place, value: after[index] }]
      : diff(was, after[index], place);
  });
};

const diff = (before: unknown, after: unknown, path: string): PatchOperation[] => {
  if (deepEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) {
    const operations = diffNamedLists(before, after, path);
    if (operations !== undefined) return operations;
  }
  return [{ op: 'replace', path, value: after }];
};

/** The operations that turn one JSON document into another, in a fixed order: the same input gives the same bytes. */
export const createPatch = (before: unknown, after: unknown): readonly PatchOperation[] =>
  diff(before, after, '');

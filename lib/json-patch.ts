import { deepEqual } from './deep-equal.ts';

/** One operation of a JSON Patch (RFC 6902); these are all that a mutation needs. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'move'; readonly from: string; readonly path: string }
  | { readonly op: 'remove'; readonly path: string };

/** Appends a name to a JSON Pointer (RFC 6901): `~` is escaped before `/`, or it would be escaped twice. */
export const pointer = (parent: string, name: string | number): string =>
  `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const field = (object: Json, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const diffObjects = (before: Json, after: Json, path: string): PatchOperation[] => {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => field(before, name) !== field(after, name));
  return changed.sort().flatMap((name): PatchOperation[] => {
    const was = field(before, name);
    const is = field(after, name);
    const place = pointer(path, name);
    if (is === undefined) return [{ op: 'remove', path: place }];
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
 * Operations for lists whose items have names: what left is removed, from the back to the front; then, from the front to the back, what
 * is new is added and what changed its place is moved, so that each index is right when its turn comes. A moved item is not
 * repeated: what others wrote into it is not ours to tell.
 */
const diffNamedLists = (
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): PatchOperation[] | undefined => {
  const old = itemNames(before);
  const current = itemNames(after);
  if (old === undefined || current === undefined) return undefined;
  const places = new Map(old.map((name, index) => [name, index]));
  const wanted = new Set(current);
  const removals = old.flatMap((name, index): PatchOperation[] =>
    wanted.has(name) ? [] : [{ op: 'remove', path: pointer(path, index) }],
  );
  const order = old.filter((name) => wanted.has(name));
  const rest = current.flatMap((name, index): PatchOperation[] => {
    const place = pointer(path, index);
    const earlier = places.get(name);
    if (earlier === undefined) {
      order.splice(index, 0, name);
      return [{ op: 'add', path: place, value: after[index] }];
    }
    const changes = diff(before[earlier], after[index], place);
    if (order[index] === name) return changes;
    const from = order.indexOf(name, index);
    order.splice(index, 0, ...order.splice(from, 1));
    return [{ op: 'move', from: pointer(path, from), path: place }, ...changes];
  });
  return [...removals.reverse(), ...rest];
};

/** Most of a mutated document is the original's own values: those are passed by at once, and nothing is compared twice on the way down. */
const diff = (before: unknown, after: unknown, path: string): PatchOperation[] => {
  if (before === after) return [];
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) {
    const operations = diffNamedLists(before, after, path);
    if (operations !== undefined) return operations;
  }
  return deepEqual(before, after) ? [] : [{ op: 'replace', path, value: after }];
};

/** The operations that turn one JSON document into another, in a fixed order: the same input gives the same bytes. */
export const createPatch = (before: unknown, after: unknown): readonly PatchOperation[] =>
  diff(before, after, '');

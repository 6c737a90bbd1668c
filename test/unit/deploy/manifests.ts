import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isRecord } from '../../../lib/kube/object.ts';

export const repository = join(import.meta.dirname, '../../..');

/** One document of a file below deploy/. */
export interface Manifest {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** The value at a path like `spec.containers.0.name`; undefined where anything on the way is missing. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (parent, key) =>
        Array.isArray(parent)
          ? (parent as unknown[])[Number(key)]
          : isRecord(parent)
            ? parent[key]
            : undefined,
      value,
    );

export const listAt = (value: unknown, path: string): readonly unknown[] => {
  const found = at(value, path);
  return Array.isArray(found) ? (found as unknown[]) : [];
};

const readFile = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(repository, file), 'utf8')).map((document) => {
    const object: unknown = document.toJS();
    if (document.errors.length > 0 || !isRecord(object)) throw new Error(`${file} is not YAML of objects`);
    return { file, kind: String(object['kind']), name: String(at(object, 'metadata.name')), object };
  });

const below = (folder: string): readonly Manifest[] =>
  globSync(`${folder}/**/*.{yaml,yml}`, { cwd: repository }).sort().flatMap(readFile);

/** Every document of every YAML file below deploy/base, in the order of the files' names. */
export const manifests: readonly Manifest[] = below('deploy/base');

/** The same of what an install may add. */
export const components: readonly Manifest[] = below('deploy/components');

export const named = (kind: string, name: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} ${name}`);
  return only;
};

/** All values in a document that is a map or a list, with the path that leads there. */
export const walk = (value: unknown, path = ''): readonly (readonly [path: string, value: unknown])[] => {
  const entries = Array.isArray(value)
    ? [...(value as unknown[]).entries()]
    : Object.entries(isRecord(value) ? value : {});
  return [
    [path, value] as const,
    ...entries.flatMap(([key, child]) => walk(child, path === '' ? String(key) : `${path}.${key}`)),
  ];
};

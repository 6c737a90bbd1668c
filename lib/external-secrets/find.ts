import { given } from '../given.ts';
import type { PlanFind } from '../plan.ts';
import { keyFaults } from '../ref.ts';
import type { Fields } from '../stores/fields.ts';
import type { Compile } from '../stores/regular-expressions.ts';

/** A folder, or the beginning of a name: as a key, but that it may end with a slash. */
const readPath = (fields: Fields): string | undefined => {
  const path = fields.optionalString('path');
  if (path === undefined || path === '/') return path;
  for (const fault of keyFaults(path.replace(/\/$/, ''))) fields.reject('path', fault);
  return path;
};

const readName = (fields: Fields | undefined, compile: Compile): string | undefined => {
  if (fields === undefined) return undefined;
  const name = fields.optionalString('regexp');
  if (!fields.has('regexp') || fields.raw('regexp') === '')
    fields.reject('regexp', 'is missing; ".*" finds every name');
  const compiled = compile(name ?? '');
  if (!compiled.ok) fields.reject('regexp', compiled.error);
  fields.close();
  return name;
};

const readTags = (fields: Fields): PlanFind['tags'] => {
  const tags = fields.stringMap('tags').map(([name, value]) => ({ name, value }));
  if (tags.some(({ name }) => name === '')) fields.reject('tags', 'has a tag without a name');
  return tags.length === 0 ? undefined : tags;
};

/** Reads the criteria of `find`; all that are given have to fit. */
export const readFind = (fields: Fields, compile: Compile): PlanFind => {
  const path = readPath(fields);
  const name = readName(fields.optionalObject('name'), compile);
  const tags = readTags(fields);
  if (!['path', 'name', 'tags'].some((criterion) => fields.has(criterion)))
    fields.reject('name', 'is missing; find takes a path, a name.regexp or tags');
  return given({ path, name, tags });
};

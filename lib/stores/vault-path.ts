import { quoted, withoutTrailingSlashes } from '../text.ts';
import type { Fields } from './fields.ts';

const trimSlashes = (path: string): string => withoutTrailingSlashes(path).replace(/^\/+/, '');

/** Reads a path of Vault, without the slashes around it. */
export const readPath = (fields: Fields, name: string, fallback: string): string => {
  const path = trimSlashes(fields.optionalString(name) ?? fallback);
  if (path === '' && fallback !== '') fields.reject(name, 'is nothing but slashes');
  if (path.split('/').some((segment) => segment === '.' || segment === '..') || path.includes('//')) {
    fields.reject(name, `is ${quoted(path)}; it may not have empty, "." or ".." segments`);
  }
  return path;
};

import { withoutTrailingSlashes } from '../../../text.ts';
import {
  booleanValue,
  stringValue,
  type ByteString,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { defineAll } from './define.ts';

/** Go's `path` package: https://pkg.go.dev/path. The `os` twins are the same on Linux. */

const isAbsolute = (path: ByteString): boolean => path.startsWith('/');

/** The shortest path that means the same: without ".", empty parts and what ".." takes back. */
const clean = (path: ByteString): ByteString => {
  const kept: ByteString[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isAbsolute(path)) kept.push(part);
  }
  const cleaned = (isAbsolute(path) ? '/' : '') + kept.join('/');
  return cleaned === '' ? '.' : cleaned;
};

const base = (path: ByteString): ByteString => {
  if (path === '') return '.';
  const trimmed = withoutTrailingSlashes(path);
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
};

const directory = (path: ByteString): ByteString => clean(path.slice(0, path.lastIndexOf('/') + 1));

/** From the last dot of the last part on. */
const extension = (path: ByteString): ByteString => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
};

/** What each byte costs: it may be a part of its own. */
const partCost = 32;

const pathFunction = (names: readonly string[], compute: (path: ByteString) => Value): TemplateFunction[] =>
  defineAll(names, ['string'], ([path], context) => {
    context.spend(stringArgument(path).length * partCost);
    return compute(stringArgument(path));
  });

/** Functions of paths; they look at no file. */
export const pathFunctions: readonly TemplateFunction[] = [
  ...pathFunction(['base', 'osBase'], (path) => stringValue(base(path))),
  ...pathFunction(['dir', 'osDir'], (path) => stringValue(directory(path))),
  ...pathFunction(['clean', 'osClean'], (path) => stringValue(clean(path))),
  ...pathFunction(['ext', 'osExt'], (path) => stringValue(extension(path))),
  ...pathFunction(['isAbs', 'osIsAbs'], (path) => booleanValue(isAbsolute(path))),
];

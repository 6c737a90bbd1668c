import type { RE2JS } from 're2js';
import { decodeRune } from '../../runes.ts';
import type { ByteString, CallContext } from '../../value.ts';
import { cost } from '../cost.ts';

/** Where a match and its groups are, in bytes; -1 for a group that did not take part. */
export type Match = readonly (readonly [start: number, end: number])[];

/** An expression and the bytes that it is looked for in. */
export interface Search {
  readonly expression: RE2JS;
  readonly bytes: ByteString;
  readonly matchAt: (from: number) => Match | undefined;
}

/**
 * Starts a search. Each single one is linear in the text, but an expression such as `a*b|a` reads on to the end for each of its
 * matches: the time that is really taken counts against the template's bounds.
 */
export const searchOf = (expression: RE2JS, bytes: ByteString, context: CallContext): Search => {
  const matcher = expression.matcher(Buffer.from(bytes, 'latin1'));
  const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => group);
  const matchAt = (from: number): Match | undefined => {
    const start = performance.now();
    const isFound = matcher.find(from);
    context.spend(cost.milliseconds(performance.now() - start));
    return isFound ? groups.map((group) => [matcher.start(group), matcher.end(group)]) : undefined;
  };
  return { expression, bytes, matchAt };
};

/**
 * All matches that do not overlap, up to a limit (below zero: all), as Go's `FindAllStringSubmatchIndex`: an empty match right after
 * another match does not count.
 */
export const findAll = ({ bytes, matchAt }: Search, limit: number): Match[] => {
  const matches: Match[] = [];
  let previousEnd = -1;
  for (let position = 0; position <= bytes.length && (limit < 0 || matches.length < limit);) {
    const match = matchAt(position);
    if (match?.[0] === undefined) break;
    const [start, end] = match[0];
    const isEmptyHere = end === position;
    position = isEmptyHere
      ? position + (position < bytes.length ? decodeRune(bytes, position).size : 1)
      : end;
    if (!isEmptyHere || start !== previousEnd) matches.push(match);
    previousEnd = end;
  }
  return matches;
};

/** The first match. */
export const findFirst = ({ matchAt }: Search): Match | undefined => matchAt(0);

/** Replaces all matches, as Go's `ReplaceAllString`, which does not count empty matches as `findAll` does. */
export const replaceAll = (
  { bytes, matchAt }: Search,
  replacement: (match: Match) => ByteString,
): ByteString => {
  const parts: ByteString[] = [];
  let lastEnd = 0;
  for (let position = 0; position <= bytes.length;) {
    const match = matchAt(position);
    if (match?.[0] === undefined) break;
    const [start, end] = match[0];
    parts.push(bytes.slice(lastEnd, start));
    if (end > lastEnd || start === 0) parts.push(replacement(match));
    lastEnd = end;
    const width = position < bytes.length ? decodeRune(bytes, position).size : 1;
    position = Math.max(position + width, end);
  }
  return [...parts, bytes.slice(lastEnd)].join('');
};

/** Splits into at most so many parts (below zero: all); the last has all that is left. */
export const split = (search: Search, limit: number): ByteString[] => {
  const { expression, bytes } = search;
  if (limit === 0) return [];
  if (expression.pattern() !== '' && bytes === '') return [''];
  const parts: ByteString[] = [];
  let begin = 0;
  let end = 0;
  for (const match of findAll(search, limit)) {
    if (limit > 0 && parts.length === limit - 1) break;
    const [matchStart, matchEnd] = match[0] ?? [0, 0];
    end = matchStart;
    if (matchEnd !== 0) parts.push(bytes.slice(begin, end));
    begin = matchEnd;
  }
  return end === bytes.length ? parts : [...parts, bytes.slice(begin)];
};

import { isDigit, isLetter, runesOf } from '../../runes.ts';
import { fromByteString } from '../../utf8.ts';
import type { ByteString } from '../../value.ts';
import type { Match } from './match.ts';

/** A replacement, taken apart: text, and groups by number or name. */
export type ReplacementPart = { readonly text: ByteString } | { readonly group: string };

/** Bytes past ASCII may be letters, which Go takes into a name. */
const name = /\$(?:([A-Za-z0-9_\u0080-\u00ff]+)|\{([A-Za-z0-9_\u0080-\u00ff]+)\}|(\$))/g;

const underscore = 0x5f;

const isName = (bytes: ByteString): boolean => /^[\p{L}\p{Nd}_]+$/u.test(fromByteString(bytes));

/** How much of bytes that may be a name is one: whole runes that are letters, digits or underscores. */
const longestName = (bytes: ByteString): ByteString => {
  let end = 0;
  for (const { code, size } of runesOf(bytes)) {
    if (!isLetter(code) && !isDigit(code) && code !== underscore) break;
    end += size;
  }
  return bytes.slice(0, end);
};

const groupOf = (
  plain: string | undefined,
  braced: string | undefined,
): { group: string; rest: ByteString } | undefined => {
  if (braced !== undefined) return isName(braced) ? { group: braced, rest: '' } : undefined;
  const group = longestName(plain ?? '');
  return group === '' ? undefined : { group, rest: (plain ?? '').slice(group.length) };
};

const partsOf = (match: RegExpMatchArray): ReplacementPart[] => {
  const [all, plain, braced, dollar] = match;
  if (dollar !== undefined) return [{ text: '$' }];
  const found = groupOf(plain, braced);
  return found === undefined ? [{ text: all }] : [{ group: found.group }, { text: found.rest }];
};

/**
 * Takes a replacement apart as Go's `Expand` does: `$1`, `$name`, `${1}`, `${name}` and `$$`. A name is as long as it can be, so that
 * `$1x` is the group `1x`. Any other dollar is one.
 */
export const parseReplacement = (replacement: ByteString): ReplacementPart[] => {
  const parts: ReplacementPart[] = [];
  let position = 0;
  for (const match of replacement.matchAll(name)) {
    parts.push({ text: replacement.slice(position, match.index) }, ...partsOf(match));
    position = match.index + match[0].length;
  }
  return [...parts, { text: replacement.slice(position) }];
};

const numberOf = (group: string, names: ReadonlyMap<string, number>): number | undefined => {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(group)) return Number(group);
  return names.get(fromByteString(group));
};

/** What a match is replaced by; a group that there is not is empty. */
export const expand = (
  parts: readonly ReplacementPart[],
  match: Match,
  { bytes, names }: { readonly bytes: ByteString; readonly names: ReadonlyMap<string, number> },
): ByteString =>
  parts
    .map((part) => {
      if ('text' in part) return part.text;
      const number = numberOf(part.group, names);
      const [start, end] = (number === undefined ? undefined : match[number]) ?? [-1, -1];
      return start < 0 ? '' : bytes.slice(start, end);
    })
    .join('');

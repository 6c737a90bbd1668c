import { err, ok, type Result } from '../../../result.ts';
import { parseVersion, type Version } from './version.ts';

/** One condition: `>=1.2`, `~1.2.3`, `^2`, `1.x`. */
export interface Condition {
  readonly operator: string;
  readonly version: Version;
  /** Which number a wildcard stands for, or is missing, first; what comes after it is open as well. */
  readonly open: 'major' | 'minor' | 'patch' | undefined;
}

/** Conditions that must all hold; whether one of them names a prerelease, so that prereleases are wanted at all. */
export interface Group {
  readonly conditions: readonly Condition[];
  readonly hasPrerelease: boolean;
}

const longest = 512;
const mostGroups = 32;

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
/** A bar is in the library's character class too. */
const segment = '[0-9|xX*]+';
const version = `v?(?:${segment})(?:\\.${segment})?(?:\\.${segment})?(?:-${identifiers})?(?:\\+${identifiers})?`;
const operators = '(?:=||!=|>|<|>=|=>|<=|=<|~|~>|\\^)';
const condition = `${operators}\\s*${version}`;

/** Go's `\s` is ASCII alone. */
const ascii = (pattern: string): string => pattern.replaceAll('\\s', '[\\t\\n\\f\\r ]');
const regExp = (pattern: string, flags?: string): RegExp => new RegExp(ascii(pattern), flags);

const range = regExp(`\\s*(${version})\\s+-\\s+(${version})\\s*`, 'g');
const validGroup = regExp(`^\\s*${condition}\\s*(?:(?:\\s+|,\\s*)${condition}\\s*)*$`);
const eachCondition = regExp(condition, 'g');
const parts = regExp(
  `^\\s*(${operators})\\s*v?(${segment})(\\.${segment})?(\\.${segment})?(-${identifiers})?(?:\\+${identifiers})?\\s*$`,
);

const isWildcard = (text: string | undefined): boolean => text === undefined || /^\.?[xX*]$/.test(text);

const openOf = (numbers: readonly (string | undefined)[]): Condition['open'] => {
  const index = numbers.findIndex(isWildcard);
  return (['major', 'minor', 'patch'] as const)[index];
};

const parseCondition = (text: string): Result<Condition, string> => {
  const match = parts.exec(text);
  if (match === null) return err('improper constraint');
  const [, operator = '', major, minor, patch, prerelease = ''] = match;
  const numbers = [major, minor, patch];
  const open = openOf(numbers);
  const known = numbers.slice(0, open === undefined ? 3 : ['major', 'minor', 'patch'].indexOf(open));
  const completed = [...known.map((number) => number?.replace('.', '')), '0', '0', '0'].slice(0, 3).join('.');
  const parsed = parseVersion(completed + prerelease);
  return parsed.ok ? ok({ operator, version: parsed.value, open }) : err('constraint parser error');
};

const parseGroup = (text: string): Result<Group, string> => {
  if (!validGroup.test(text)) return err('improper constraint');
  const conditions: Condition[] = [];
  for (const [each] of text.matchAll(eachCondition)) {
    const parsed = parseCondition(each);
    if (!parsed.ok) return parsed;
    conditions.push(parsed.value);
  }
  return ok({ conditions, hasPrerelease: conditions.some((each) => each.version.prerelease !== '') });
};

/** `1.2 - 1.4` stands for `>= 1.2, <= 1.4`. */
const rewriteRanges = (text: string): string =>
  text.replaceAll(range, (_, from: string, to: string) => `>= ${from}, <= ${to} `);

/**
 * Reads a constraint by the rules of Masterminds' semver 3: groups joined by `||`, of conditions joined by spaces or commas.
 * Unlike Go's, no error quotes it.
 */
export const parseConstraint = (text: string): Result<readonly Group[], string> => {
  if (text.length > longest) return err(`constraint string is too long (max ${longest} bytes)`);
  const texts = rewriteRanges(text).split('||');
  if (texts.length > mostGroups) return err(`too many constraint groups (max ${mostGroups})`);
  const groups: Group[] = [];
  for (const each of texts) {
    const parsed = parseGroup(each);
    if (!parsed.ok) return parsed;
    groups.push(parsed.value);
  }
  return ok(groups);
};

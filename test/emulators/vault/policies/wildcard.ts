import type { Capability } from './policy.ts';

/** A rule with wildcards that fits a path, with what decides which of several wins. */
interface Candidate {
  readonly path: string;
  readonly firstWildcard: number;
  readonly isPrefix: boolean;
  readonly wildcards: number;
}

export const longestPrefix = (prefixes: Iterable<string>, path: string): string | undefined =>
  [...prefixes].filter((prefix) => path.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];

function segmentFits(rule: string, segment: string, lastOfPrefix: boolean): boolean {
  return rule === '+' || rule === segment || (lastOfPrefix && segment.startsWith(rule));
}

function fits(rulePath: string, path: string): boolean {
  const isPrefix = rulePath.endsWith('*');
  const rules = (isPrefix ? rulePath.slice(0, -1) : rulePath).split('/');
  const segments = path.split('/');
  if (segments.length < rules.length || (!isPrefix && segments.length !== rules.length)) return false;
  return rules.every((rule, index) =>
    segmentFits(rule, segments[index]!, isPrefix && index === rules.length - 1),
  );
}

const candidate = (path: string): Candidate => ({
  path,
  firstWildcard: path.indexOf('+'),
  isPrefix: path.endsWith('*'),
  wildcards: path.split('/').filter((segment) => segment === '+').length,
});

/** Vault's order: later first wildcard, then no `*` at the end, fewer `+`, longer, later in the alphabet. */
function moreSpecific(a: Candidate, b: Candidate): number {
  const length = (one: Candidate): number => one.path.replace(/\*$/, '').length;
  return (
    b.firstWildcard - a.firstWildcard ||
    Number(a.isPrefix) - Number(b.isPrefix) ||
    a.wildcards - b.wildcards ||
    length(b) - length(a) ||
    (a.path < b.path ? 1 : -1)
  );
}

/** The most specific of the wildcard rules that fit and the prefix rule, if there is one. */
export function matchWildcards(
  rules: Iterable<string>,
  path: string,
  prefix: string | undefined,
): Candidate | undefined {
  const found = [...rules].filter((rule) => fits(rule, path)).map(candidate);
  if (prefix !== undefined)
    found.push({ path: prefix, firstWildcard: prefix.length, isPrefix: true, wildcards: 0 });
  return found.sort(moreSpecific)[0];
}

/** Whether a wildcard rule that grants something can fit a path below the mount. */
export function reachesBelow(
  rules: ReadonlyMap<string, ReadonlySet<Capability>>,
  mountPath: string,
  grants: (capabilities: ReadonlySet<Capability>) => boolean,
): boolean {
  const mount = mountPath.split('/').slice(0, -1);
  return [...rules].some(([path, capabilities]) => {
    const segments = path.replace(/\*$/, '').split('/');
    const enough = segments.length > mount.length || (path.endsWith('*') && segments.length === mount.length);
    return (
      enough &&
      grants(capabilities) &&
      mount.every((name, index) => segmentFits(segments[index]!, name, false))
    );
  });
}

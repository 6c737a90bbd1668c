import { err, ok, type Result } from '../../../result.ts';

/** A version as Masterminds' semver has it: what is no SemVer by the letter, such as `v1.2`, is completed. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const pattern = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
);

const longestVersion = 256;
const largestNumber = (1n << 64n) - 1n;

const isZeroPadded = (identifier: string): boolean => /^0[0-9]+$/.test(identifier);

/** Reads a version. Unlike Go's, no error quotes it. */
export const parseVersion = (text: string): Result<Version, string> => {
  if (text.length > longestVersion) return err(`version string is too long (max ${longestVersion} bytes)`);
  const match = pattern.exec(text);
  if (match === null) return err('invalid semantic version');
  const [, major, minor, patch, prerelease = '', metadata = ''] = match;
  const numbers = [major, minor, patch].map((digits: string | undefined) => BigInt(digits ?? 0));
  if (numbers.some((number) => number > largestNumber)) {
    return err('error parsing version segment: value out of range');
  }
  if (prerelease.split('.').some(isZeroPadded)) return err('version segment starts with 0');
  const [majorNumber = 0n, minorNumber = 0n, patchNumber = 0n] = numbers;
  return ok({
    major: majorNumber,
    minor: minorNumber,
    patch: patchNumber,
    prerelease,
    metadata,
    original: text,
  });
};

/** The version in full, without a leading `v`. */
export const formatVersion = ({
  major,
  minor,
  patch,
  prerelease,
  metadata,
}: Omit<Version, 'original'>): string =>
  `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`;

const order = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

const asNumber = (identifier: string): bigint | undefined => {
  if (!/^[0-9]+$/.test(identifier)) return undefined;
  const number = BigInt(identifier);
  return number > largestNumber ? undefined : number;
};

/** Numbers come before names, a missing identifier before all. */
const compareIdentifiers = (a: string, b: string): number => {
  if (a === '' || b === '') return order(a, b);
  const [first, second] = [asNumber(a), asNumber(b)];
  if (first !== undefined && second !== undefined) return order(first, second);
  if (first === undefined && second === undefined) return order(a, b);
  return first === undefined ? 1 : -1;
};

const firstDifference = (differences: Iterable<number>): number => {
  for (const difference of differences) if (difference !== 0) return difference;
  return 0;
};

/** Orders two prereleases that both are there. */
export const comparePrereleases = (a: string, b: string): number => {
  const [left, right] = [a.split('.'), b.split('.')];
  const length = Math.max(left.length, right.length);
  return firstDifference(
    Array.from({ length }, (_, index) => compareIdentifiers(left[index] ?? '', right[index] ?? '')),
  );
};

/** -1, 0 or 1. A version comes after its prereleases; metadata does not count. */
export const compareVersions = (a: Version, b: Version): number => {
  const difference = firstDifference([
    order(a.major, b.major),
    order(a.minor, b.minor),
    order(a.patch, b.patch),
  ]);
  if (difference !== 0 || a.prerelease === b.prerelease) return difference;
  if (a.prerelease === '') return 1;
  return b.prerelease === '' ? -1 : comparePrereleases(a.prerelease, b.prerelease);
};

import type { Condition, Group } from './constraint.ts';
import { comparePrereleases, compareVersions, type Version } from './version.ts';

type Check = (version: Version, condition: Condition) => boolean;

const isLess = (version: Version, condition: Condition): boolean =>
  compareVersions(version, condition.version) < 0;

const isGreater = (version: Version, condition: Condition): boolean =>
  compareVersions(version, condition.version) > 0;

/** `~1.2.3`: the last number may grow; without a patch the same, without a minor that one as well. */
const tilde: Check = (version, condition) => {
  if (isLess(version, condition)) return false;
  const { major, minor, patch } = condition.version;
  const isAny = major === 0n && minor === 0n && patch === 0n;
  if (isAny && condition.open !== 'minor' && condition.open !== 'patch') return true;
  return version.major === major && (version.minor === minor || condition.open === 'minor');
};

/** `^1.2.3`: what is left of the first number that is not zero stays. */
const caret: Check = (version, condition) => {
  if (isLess(version, condition)) return false;
  const { major, minor, patch } = condition.version;
  if (major > 0n || condition.open === 'minor') return version.major === major;
  if (version.major > 0n) return false;
  if (minor > 0n || condition.open === 'patch') return version.minor === minor;
  return version.minor === 0n && version.patch === patch;
};

const equal: Check = (version, condition) =>
  condition.open === undefined
    ? compareVersions(version, condition.version) === 0
    : tilde(version, condition);

const samePrerelease = (version: Version, condition: Condition): boolean =>
  comparePrereleases(version.prerelease, condition.version.prerelease) === 0;

const notEqual: Check = (version, condition) => {
  const { open } = condition;
  if (open !== undefined && version.major !== condition.version.major) return true;
  if (open === 'minor') return false;
  if (open !== undefined && version.minor !== condition.version.minor) return true;
  if (open === 'patch') return !samePrerelease(version, condition);
  if (open === 'major' && version.patch !== condition.version.patch) return true;
  return compareVersions(version, condition.version) !== 0;
};

const greater: Check = (version, condition) => {
  if (condition.open === undefined || version.major !== condition.version.major) {
    return condition.open === undefined
      ? isGreater(version, condition)
      : version.major > condition.version.major;
  }
  if (condition.open === 'minor') return false;
  return condition.open === 'patch' ? version.minor > condition.version.minor : isGreater(version, condition);
};

const lessOrEqual: Check = (version, condition) => {
  const { open } = condition;
  if (open === undefined) return !isGreater(version, condition);
  const { major, minor } = condition.version;
  return version.major < major || (version.major === major && (version.minor <= minor || open === 'minor'));
};

const checks = new Map<string, Check>([
  ['', equal],
  ['=', equal],
  ['!=', notEqual],
  ['>', greater],
  ['<', isLess],
  ['>=', (version, condition) => !isLess(version, condition)],
  ['=>', (version, condition) => !isLess(version, condition)],
  ['<=', lessOrEqual],
  ['=<', lessOrEqual],
  ['~', tilde],
  ['~>', tilde],
  ['^', caret],
]);

/** Whether a version meets a constraint. A prerelease meets only groups that name one. */
export const meets = (version: Version, groups: readonly Group[]): boolean =>
  groups.some(
    ({ conditions, hasPrerelease }) =>
      (version.prerelease === '' || hasPrerelease) &&
      conditions.every((condition) => checks.get(condition.operator)?.(version, condition) ?? false),
  );

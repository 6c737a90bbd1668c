import {
  booleanValue,
  FunctionError,
  integerValue,
  type ObjectValue,
  stringValue,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../value.ts';
import { bytesValue, objectArgument, stringArgument } from '../arguments.ts';
import { compareVersions, formatVersion, parseVersion, type Version } from './version.ts';

type Method = readonly [string, readonly TypeName[], (values: readonly Value[]) => Value];

const pointer = '*semver.Version';

const isVersion = (inner: unknown): inner is Version =>
  typeof inner === 'object' && inner !== null && 'prerelease' in inner;

const versionArgument = (value: Value | undefined): Version => {
  const { inner } = objectArgument(value);
  if (!isVersion(inner)) throw new TypeError('an argument is no version where the parameters promise one');
  return inner;
};

const comparison = (name: string, version: Version, holds: (order: number) => boolean): Method => [
  name,
  [pointer],
  ([other]) => booleanValue(holds(compareVersions(version, versionArgument(other)))),
];

/** A version made of another, which keeps a leading `v` of its original. */
const derive = (version: Version, change: Partial<Version>): Value => {
  const changed = { ...version, ...change };
  const prefix = version.original.startsWith('v') ? 'v' : '';
  return versionObject({ ...changed, original: prefix + formatVersion(changed) }, false);
};

const largest = (1n << 64n) - 1n;

const next = (number: bigint, name: string): bigint => {
  if (number === largest) throw new FunctionError(`${name} version increment would overflow uint64`);
  return number + 1n;
};

const increments = (version: Version): readonly Method[] => {
  const released = { prerelease: '', metadata: '' };
  const { major, minor, patch, prerelease } = version;
  return [
    [
      'IncPatch',
      [],
      () => derive(version, { ...released, patch: prerelease === '' ? next(patch, 'patch') : patch }),
    ],
    ['IncMinor', [], () => derive(version, { ...released, minor: next(minor, 'minor'), patch: 0n })],
    [
      'IncMajor',
      [],
      () => derive(version, { ...released, major: next(major, 'major'), minor: 0n, patch: 0n }),
    ],
  ];
};

/** Whether a text can be a prerelease (or metadata) is what it is in a version. */
const checked = (text: string, form: (text: string) => string, failure: string): string => {
  if (text === '') return text;
  const parsed = parseVersion(form(text));
  if (!parsed.ok)
    throw new FunctionError(parsed.error === 'invalid semantic version' ? failure : parsed.error);
  return text;
};

const prereleaseOf = (text: string): string =>
  checked(text, (each) => `0.0.0-${each}`, 'invalid prerelease string');

const metadataOf = (text: string): string =>
  checked(text, (each) => `0.0.0+${each}`, 'invalid metadata string');

const setters = (version: Version): readonly Method[] => [
  [
    'SetPrerelease',
    ['string'],
    ([text]) => derive(version, { prerelease: prereleaseOf(stringArgument(text)) }),
  ],
  ['SetMetadata', ['string'], ([text]) => derive(version, { metadata: metadataOf(stringArgument(text)) })],
];

const number = (value: bigint): Value => integerValue(value, 'uint64');

const getters = (version: Version): readonly Method[] => [
  ['Major', [], () => number(version.major)],
  ['Minor', [], () => number(version.minor)],
  ['Patch', [], () => number(version.patch)],
  ['Prerelease', [], () => stringValue(version.prerelease)],
  ['Metadata', [], () => stringValue(version.metadata)],
  ['String', [], () => stringValue(formatVersion(version))],
  ['MarshalJSON', [], () => bytesValue(JSON.stringify(formatVersion(version)))],
  ['MarshalText', [], () => bytesValue(formatVersion(version))],
];

const comparisons = (version: Version): readonly Method[] => [
  ['Compare', [pointer], ([other]) => integerValue(BigInt(compareVersions(version, versionArgument(other))))],
  comparison('Equal', version, (order) => order === 0),
  comparison('LessThan', version, (order) => order < 0),
  comparison('LessThanEqual', version, (order) => order <= 0),
  comparison('GreaterThan', version, (order) => order > 0),
  comparison('GreaterThanEqual', version, (order) => order >= 0),
];

const valueMethods = (version: Version): readonly Method[] => [
  ...getters(version),
  ...increments(version),
  ...setters(version),
];

const pointerMethods = (version: Version): readonly Method[] => [
  ...comparisons(version),
  ['Original', [], () => stringValue(version.original)],
];

/** Masterminds' `*semver.Version`; what its methods derive is no pointer, and has fewer methods. */
export const versionObject = (version: Version, isPointer = true): ObjectValue => ({
  kind: 'object',
  type: isPointer ? pointer : 'semver.Version',
  fields: new Map(),
  methods: new Map(
    [...valueMethods(version), ...(isPointer ? pointerMethods(version) : [])].map(
      ([name, parameters, call]): [string, TemplateFunction] => [name, { name, parameters, call }],
    ),
  ),
  text: () => formatVersion(version),
  inner: version,
});

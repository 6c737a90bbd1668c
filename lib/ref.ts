import { hasControlCharacter } from './file-path.ts';
import { err, ok, type Result } from './result.ts';
import { didYouMean, isSubdomain, quoted, sentenceList } from './text.ts';

/** One thing to fetch: `[<store>://]<key>[?version=…&stage=…&decode=…&optional=true][#<property>]`. */
export interface Ref {
  readonly store?: string;
  /** Percent-decoded; segments between `/` are never empty, `.` or `..`. A leading `/` is the provider's to understand. */
  readonly key: string;
  readonly version?: string;
  readonly stage?: string;
  readonly decode?: Decoding;
  readonly optional: boolean;
  readonly property?: string;
}

export type Decoding = 'base64' | 'base64url' | 'auto';

const decodings: readonly string[] = ['base64', 'base64url', 'auto'] satisfies readonly Decoding[];

const parameterNames = ['version', 'stage', 'decode', 'optional'] as const;
type ParameterName = (typeof parameterNames)[number];

type Parameters = Partial<Record<ParameterName, string>>;

const isParameterName = (name: string): name is ParameterName =>
  (parameterNames as readonly string[]).includes(name);

/** Percent-decodes once; `+` is literal. Undefined for a bad escape or bytes that are no UTF-8. */
const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const badEscape = 'has a "%" that is not followed by two hex digits of UTF-8 text; write a plain % as %25';

const textProblem = (what: string, decoded: string | undefined): string[] => {
  if (decoded === undefined) return [`${what} ${badEscape}`];
  if (decoded === '') return [`${what} is empty`];
  return hasControlCharacter(decoded) ? [`${what} has a control character`] : [];
};

const keyProblems = (decoded: string | undefined): string[] => {
  const problems = textProblem('the key', decoded);
  if (decoded === undefined || problems.length > 0) return problems;
  const segments = (decoded.startsWith('/') ? decoded.slice(1) : decoded).split('/');
  const bad = segments.filter((segment) => segment === '' || segment === '.' || segment === '..');
  const kinds = [...new Set(bad)].map((segment) =>
    segment === '' ? 'an empty segment' : `the segment "${segment}"`,
  );
  return kinds.map((kind) => `the key has ${kind}`);
};

const parameterValueProblems = (name: ParameterName, value: string | undefined): string[] => {
  const problems = textProblem(`"${name}"`, value);
  if (value === undefined || problems.length > 0) return problems;
  if (name === 'decode' && !decodings.includes(value)) {
    return [`"decode" is ${quoted(value)}; it takes ${sentenceList(decodings, 'or')}`];
  }
  if (name === 'optional' && value !== 'true' && value !== 'false') {
    return [`"optional" is ${quoted(value)}; it takes true or false`];
  }
  return [];
};

const parseParameters = (query: string): { values: Parameters; problems: string[] } => {
  const values: Parameters = {};
  const problems: string[] = [];
  for (const pair of query.split('&')) {
    const [name = '', ...rest] = pair.split('=');
    const value = percentDecode(rest.join('='));
    if (!isParameterName(name)) {
      const known = didYouMean(name, parameterNames) || `; it takes ${sentenceList(parameterNames)}`;
      problems.push(`unknown parameter ${quoted(name)}${known}`);
    } else if (values[name] !== undefined) {
      problems.push(`"${name}" is given twice`);
    } else {
      problems.push(...parameterValueProblems(name, value));
      values[name] = value ?? '';
    }
  }
  return { values, problems };
};

const splitAt = (text: string, mark: string): readonly [string, string | undefined] => {
  const index = text.indexOf(mark);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + mark.length)];
};

const storeProblems = (store: string | undefined): string[] => {
  if (store === undefined || isSubdomain(store)) return [];
  return [
    `${quoted(store)} before "://" cannot be the name of a store: lower case letters, digits, "-" and "."`,
  ];
};

/** Parameters come before the property; behind it they would silently be part of its name. */
const misplacedParameters = (property: string | undefined): string[] =>
  property !== undefined && /[?&](version|stage|decode|optional)=/.test(property)
    ? ['the parameters stand behind the property: write <key>?<parameters>#<property>']
    : [];

const without = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as never;

/**
 * Reads a ref. An ARN has no `://`, so it is a key of the default store. All problems come at once, each a sentence without
 * its subject's name ("the key is empty").
 */
export const parseRef = (text: string): Result<Ref, readonly string[]> => {
  const [beforeProperty, encodedProperty] = splitAt(text, '#');
  const [address, query] = splitAt(beforeProperty, '?');
  const [first, afterStore] = splitAt(address, '://');
  const store = afterStore === undefined ? undefined : first;
  const key = percentDecode(afterStore ?? first);
  const property = encodedProperty === undefined ? undefined : percentDecode(encodedProperty);
  const parameters = query === undefined ? { values: {}, problems: [] } : parseParameters(query);
  const problems = [
    ...storeProblems(store),
    ...keyProblems(key),
    ...parameters.problems,
    ...(encodedProperty === undefined ? [] : textProblem('the property', property)),
    ...misplacedParameters(encodedProperty),
  ];
  if (problems.length > 0) return err(problems);
  const { optional, decode, ...versions }: Parameters = parameters.values;
  return ok({
    key: key ?? '',
    optional: optional === 'true',
    ...without({ store, property, ...versions, decode: decode as Decoding | undefined }),
  });
};

import { hasControlCharacter } from './file-path.ts';
import { given } from './given.ts';
import { err, ok, type Result } from './result.ts';
import { didYouMean, isSubdomain, quoted, sentenceList } from './text.ts';

/**
 * One thing to fetch: `[<store>://]<key>[?version=…&stage=…&decode=…&optional=true][#<property>]`. Vault's engines that make a
 * credential take `parameter.<name>=…` besides (`pki/issue/web?parameter.common_name=api.payments.svc`).
 */
export interface Ref {
  readonly store?: string;
  /** Percent-decoded; segments between `/` are never empty, `.` or `..`. A leading `/` is the provider's to understand. */
  readonly key: string;
  readonly version?: string;
  readonly stage?: string;
  readonly decode?: Decoding;
  readonly optional: boolean;
  readonly property?: string;
  /** Sorted by name. */
  readonly parameters?: readonly RefParameter[];
}

/** What the backend is asked to make the secret with. */
export interface RefParameter {
  readonly name: string;
  readonly value: string;
}

export type Decoding = 'base64' | 'base64url' | 'auto';

const decodings: readonly string[] = ['base64', 'base64url', 'auto'] satisfies readonly Decoding[];

const parameterNames: readonly string[] = ['version', 'stage', 'decode', 'optional'];

/** What stands before the name of a parameter that is the backend's own. */
const prefix = 'parameter.';

const splitAt = (text: string, mark: string): readonly [string, string | undefined] => {
  const index = text.indexOf(mark);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + mark.length)];
};

/** Percent-decodes once; `+` is literal. Undefined for a bad escape or bytes that are no UTF-8. */
const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const badEscape = 'has a "%" that is not followed by two hex digits of UTF-8 text; write a plain % as %25';

/** What keeps a text from being a key or a property, decoded as it is; to be read after its name. */
export const textFaults = (text: string): readonly string[] => {
  if (text === '') return ['is empty'];
  return hasControlCharacter(text) ? ['has a control character'] : [];
};

/** What keeps a text from being a key, wherever it is written; to be read after its name. */
export const keyFaults = (key: string): readonly string[] => {
  const faults = textFaults(key);
  if (faults.length > 0) return faults;
  const segments = (key.startsWith('/') ? key.slice(1) : key).split('/');
  const bad = segments.filter((segment) => segment === '' || segment === '.' || segment === '..');
  return [...new Set(bad)].map((segment) =>
    segment === '' ? 'has an empty segment' : `has the segment "${segment}"`,
  );
};

const describe = (what: string, text: string | undefined, faults: typeof textFaults): string[] =>
  (text === undefined ? [badEscape] : faults(text)).map((fault) => `${what} ${fault}`);

const textProblem = (what: string, decoded: string | undefined): string[] =>
  describe(what, decoded, textFaults);

const keyProblems = (decoded: string | undefined): string[] => describe('the key', decoded, keyFaults);

const valueProblems = (name: string, value: string | undefined): string[] => {
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

/** What a mistyped name was meant to be; what stands behind its dot is the backend's and kept. */
const suggestion = (name: string): string => {
  const candidates = [...parameterNames, `${prefix}${splitAt(name, '.')[1] ?? '<name>'}`];
  return didYouMean(name, candidates) || `; it takes ${sentenceList([...parameterNames, `${prefix}<name>`])}`;
};

const nameProblem = (name: string): string | undefined => {
  if (parameterNames.includes(name)) return undefined;
  if (!name.startsWith(prefix)) return `unknown parameter ${quoted(name)}${suggestion(name)}`;
  return /^[A-Za-z0-9_.-]+$/.test(name.slice(prefix.length))
    ? undefined
    : `${quoted(name)} is no parameter; behind "${prefix}" stands a name of letters, digits, "_", "." and "-"`;
};

interface Query {
  /** By their names as written. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

const parseQuery = (query: string): Query => {
  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const pair of query.split('&')) {
    const [name, encoded = ''] = splitAt(pair, '=');
    const value = percentDecode(encoded);
    const badName = nameProblem(name);
    if (badName !== undefined) {
      problems.push(badName);
    } else if (values.has(name)) {
      problems.push(`"${name}" is given twice`);
    } else {
      problems.push(...valueProblems(name, value));
      values.set(name, value ?? '');
    }
  }
  return { values, problems };
};

const emptyQuery: Query = { values: new Map(), problems: [] };

const backendParameters = (values: Query['values']): readonly RefParameter[] | undefined => {
  const found = [...values].filter(([name]) => name.startsWith(prefix));
  if (found.length === 0) return undefined;
  return found
    .map(([name, value]) => ({ name: name.slice(prefix.length), value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

const storeProblems = (store: string | undefined): string[] => {
  if (store === undefined || isSubdomain(store)) return [];
  return [
    `${quoted(store)} before "://" cannot be the name of a store: lower case letters, digits, "-" and "."`,
  ];
};

const misplaced = /[?&](version|stage|decode|optional|parameter\.[A-Za-z0-9_.-]+)=/;

/** Parameters come before the property; behind it they would silently be part of its name. */
const misplacedParameters = (property: string | undefined): string[] =>
  property !== undefined && misplaced.test(property)
    ? ['the parameters stand behind the property: write <key>?<parameters>#<property>']
    : [];

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
  const { values, problems: queryProblems } = query === undefined ? emptyQuery : parseQuery(query);
  const problems = [
    ...storeProblems(store),
    ...keyProblems(key),
    ...queryProblems,
    ...(encodedProperty === undefined ? [] : textProblem('the property', property)),
    ...misplacedParameters(encodedProperty),
  ];
  if (problems.length > 0) return err(problems);
  return ok({
    key: key ?? '',
    optional: values.get('optional') === 'true',
    ...given({
      store,
      property,
      version: values.get('version'),
      stage: values.get('stage'),
      decode: values.get('decode') as Decoding | undefined,
      parameters: backendParameters(values),
    }),
  });
};

import { annotation, type NamedSetting } from '../../lib/annotation-names.ts';
import { filePathProblem, foldersOf } from '../../lib/file-path.ts';
import { parseRef, type Ref } from '../../lib/ref.ts';
import { didYouMean, mostSuggestions, quoted } from '../../lib/text.ts';
import { namedValues, type Declared } from './annotation-keys.ts';
import { issue, type Issue } from './codes.ts';
import { fileMode, refreshInterval, type ValueParser } from './values.ts';

/** One `secret.<name>` or `extract.<name>` with the settings that belong to it. */
export interface SecretRequest {
  readonly name: string;
  /** The annotation that declares it, for messages. */
  readonly place: string;
  readonly kind: 'value' | 'extract';
  readonly ref: Ref;
  readonly path: string;
  readonly intervalSeconds: number;
  /** The user's own mode and the annotation that set it; undefined: by the rule of owners. */
  readonly mode?: { readonly value: string; readonly place: string };
}

/** Where a file or folder was asked for, also where the ref itself cannot be read. */
type Placed = Pick<SecretRequest, 'name' | 'place' | 'path'>;

export interface SecretDefaults {
  readonly intervalSeconds: number;
  readonly mode?: string;
}

/** Kubernetes allows 63 characters for an annotation's name, which ends in a letter or a digit. */
const maximumNameLength = 63;

const nameProblem = (word: string, name: string): string | undefined => {
  const longest = maximumNameLength - word.length - 1;
  if (name === '') return `needs a name: ${annotation(`${word}.<name>`)}`;
  if (!/^[A-Za-z0-9._-]+$/.test(name) || !/[A-Za-z0-9]$/.test(name)) {
    return `has the name ${quoted(name)}; a name is letters, digits, ".", "_" and "-", and ends in a letter or a digit`;
  }
  return name.length > longest
    ? `has a name of ${name.length} characters; ${longest} are allowed`
    : undefined;
};

const extractProblems = (kind: SecretRequest['kind'], ref: Ref): string[] =>
  kind === 'extract' && ref.property !== undefined
    ? [
        `the property ${quoted(ref.property)} does not belong here: every field becomes a file; use ${annotation('secret.<name>')} for one field`,
      ]
    : [];

class SecretReader {
  readonly #declared: Declared;
  readonly #defaults: SecretDefaults;
  readonly requests: SecretRequest[] = [];
  readonly placed: Placed[] = [];
  readonly issues: Issue[] = [];
  /** Whether there are refs that could not be read. */
  unreadable = false;

  constructor(declared: Declared, defaults: SecretDefaults) {
    this.#declared = declared;
    this.#defaults = defaults;
  }

  #setting<T>(word: NamedSetting, name: string, parse: ValueParser<T>): T | undefined {
    const text = namedValues(this.#declared, word).get(name);
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.issues.push(issue('invalid_value', annotation(`${word}.${name}`), parsed.error));
    return undefined;
  }

  #path(name: string, place: string): string {
    const text = namedValues(this.#declared, 'path').get(name);
    const path = text ?? name;
    const problem = filePathProblem(path);
    if (problem !== undefined) {
      this.issues.push(
        issue(
          'invalid_value',
          text === undefined ? place : annotation(`path.${name}`),
          `the path ${quoted(path)} ${problem}`,
        ),
      );
    }
    return path;
  }

  #mode(name: string): { mode?: { value: string; place: string } } {
    const own = this.#setting('file-mode', name, fileMode);
    if (own !== undefined) return { mode: { value: own, place: annotation(`file-mode.${name}`) } };
    return this.#defaults.mode === undefined
      ? {}
      : { mode: { value: this.#defaults.mode, place: annotation('file-mode') } };
  }

  add(kind: SecretRequest['kind'], name: string, text: string): void {
    const word = kind === 'value' ? 'secret' : 'extract';
    const place = annotation(`${word}.${name}`);
    const badName = nameProblem(word, name);
    if (badName !== undefined) this.issues.push(issue('invalid_value', place, badName));
    const path = badName === undefined ? this.#path(name, place) : name;
    this.placed.push({ name, place, path });
    const intervalSeconds =
      this.#setting('refresh-interval', name, refreshInterval) ?? this.#defaults.intervalSeconds;
    const mode = this.#mode(name);
    const ref = parseRef(text);
    const problems = ref.ok ? extractProblems(kind, ref.value) : ref.error;
    this.issues.push(...problems.map((problem) => issue('invalid_value', place, problem)));
    if (!ref.ok) this.unreadable = true;
    else this.requests.push({ name, place, kind, ref: ref.value, path, intervalSeconds, ...mode });
  }
}

const orphanIssues = (declared: Declared, names: ReadonlySet<string>): Issue[] => {
  const settings: readonly NamedSetting[] = ['path', 'file-mode', 'refresh-interval'];
  return settings.flatMap((word) =>
    [...namedValues(declared, word).keys()]
      .filter((name) => !names.has(name))
      .map((name, index) => {
        const shown = (candidate: string): string => annotation(`${word}.${candidate}`);
        const hint = index < mostSuggestions ? didYouMean(name, names, shown) : '';
        return issue(
          'unknown_name',
          annotation(`${word}.${name}`),
          `no secret or extract is called ${quoted(name)}${hint}`,
        );
      }),
  );
};

const conflict = (request: Placed, earlier: Placed): Issue =>
  issue(
    'path_conflict',
    request.place,
    `its path ${quoted(request.path)} is in the way of ${earlier.place}, which is at ${quoted(earlier.path)}; set ${annotation(`path.${request.name}`)}`,
  );

/** Each request against the first that is in its way: comparing all with all would let one pod keep the webhook busy. */
const collisionIssues = (placed: readonly Placed[]): Issue[] => {
  const files = new Map<string, Placed>();
  const folders = new Map<string, Placed>();
  const possible = placed.filter(({ path }) => filePathProblem(path) === undefined);
  return possible.flatMap((request) => {
    const above = foldersOf(request.path);
    const earlier =
      files.get(request.path) ??
      folders.get(request.path) ??
      above.map((folder) => files.get(folder)).find((found) => found !== undefined);
    if (earlier !== undefined) return [conflict(request, earlier)];
    files.set(request.path, request);
    for (const folder of above) if (!folders.has(folder)) folders.set(folder, request);
    return [];
  });
};

interface ReadSecrets {
  readonly requests: readonly SecretRequest[];
  /** Whether there are refs that could not be read, and so are not among the requests. */
  readonly unreadable: boolean;
  readonly issues: readonly Issue[];
}

/** Reads `secret.*` and `extract.*` with their `path.*`, `file-mode.*` and `refresh-interval.*`; sorted by name. */
export const readSecrets = (declared: Declared, defaults: SecretDefaults): ReadSecrets => {
  const reader = new SecretReader(declared, defaults);
  const secrets = namedValues(declared, 'secret');
  const extracts = namedValues(declared, 'extract');
  for (const [name, text] of secrets) reader.add('value', name, text);
  for (const [name, text] of extracts) reader.add('extract', name, text);
  const names = new Set([...secrets.keys(), ...extracts.keys()]);
  const nothing = `is "true", but no ${annotation('secret.<name>')} or ${annotation('extract.<name>')} says what to fetch`;
  const wanted = names.size === 0 && declared.settings.get('inject') === 'true';
  return {
    requests: reader.requests,
    unreadable: reader.unreadable,
    issues: [
      ...(wanted ? [issue('nothing_to_inject', annotation('inject'), nothing)] : []),
      ...reader.issues,
      ...orphanIssues(declared, names),
      ...collisionIssues(reader.placed),
    ],
  };
};

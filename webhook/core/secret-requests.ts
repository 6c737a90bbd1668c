import { annotation, type NamedSetting } from '../../lib/annotation-names.ts';
import { filePathProblem } from '../../lib/file-path.ts';
import { parseRef, type Ref } from '../../lib/ref.ts';
import { didYouMean, mostSuggestions, quoted, sentenceList } from '../../lib/text.ts';
import { namedValues, type Declared } from './annotation-keys.ts';
import { addIssues, issue, type Issue } from './codes.ts';
import type { Placed, RequestedMode, SecretRequest, TemplateRequest } from './requests.ts';
import { readTemplate } from './template-refs.ts';
import { fileMode, refreshInterval, type ValueParser } from './values.ts';

export interface SecretDefaults {
  readonly intervalSeconds: number;
  readonly mode?: RequestedMode;
}

/** The annotations that ask for a file. */
const words = ['secret', 'extract', 'template'] as const satisfies readonly NamedSetting[];
type Word = (typeof words)[number];

/** Kubernetes allows 63 characters for an annotation's name, which ends in a letter or a digit. */
const maximumNameLength = 63;

const nameProblem = (word: Word, name: string): string | undefined => {
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
  readonly secrets: SecretRequest[] = [];
  readonly templates: TemplateRequest[] = [];
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
    this.#reject(annotation(`${word}.${name}`), [parsed.error]);
    return undefined;
  }

  #reject(place: string, problems: readonly string[]): void {
    addIssues(this.issues, 'invalid_value', place, problems);
  }

  #path(name: string, place: string): string {
    const text = namedValues(this.#declared, 'path').get(name);
    const path = text ?? name;
    const problem = filePathProblem(path);
    if (problem !== undefined)
      this.#reject(text === undefined ? place : annotation(`path.${name}`), [
        `the path ${quoted(path)} ${problem}`,
      ]);
    return path;
  }

  #mode(name: string): { readonly mode?: RequestedMode } {
    const own = this.#setting('file-mode', name, fileMode);
    if (own !== undefined) return { mode: { value: own, place: annotation(`file-mode.${name}`) } };
    return this.#defaults.mode === undefined ? {} : { mode: this.#defaults.mode };
  }

  add(word: Word, name: string, text: string): void {
    const place = annotation(`${word}.${name}`);
    const badName = nameProblem(word, name);
    if (badName !== undefined) this.#reject(place, [badName]);
    const path = badName === undefined ? this.#path(name, place) : name;
    this.placed.push({ place, path, setting: annotation(`path.${name}`) });
    const intervalSeconds =
      this.#setting('refresh-interval', name, refreshInterval) ?? this.#defaults.intervalSeconds;
    const file = { name, place, path, intervalSeconds, ...this.#mode(name) };
    if (word === 'template') this.#addTemplate(file, text);
    else this.#addSecret({ ...file, kind: word === 'secret' ? 'value' : 'extract' }, text);
  }

  #addSecret(file: Omit<SecretRequest, 'ref'>, text: string): void {
    const ref = parseRef(text);
    this.#reject(file.place, ref.ok ? extractProblems(file.kind, ref.value) : ref.error);
    if (ref.ok) this.secrets.push({ ...file, ref: ref.value });
    else this.unreadable = true;
  }

  #addTemplate(file: Omit<TemplateRequest, 'template' | 'refs'>, template: string): void {
    const { refs, problems } = readTemplate(file.name, template);
    this.#reject(file.place, problems);
    this.unreadable ||= problems.length > 0;
    this.templates.push({ ...file, template, refs });
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
          `no secret, extract or template is called ${quoted(name)}${hint}`,
        );
      }),
  );
};

interface ReadSecrets {
  readonly secrets: readonly SecretRequest[];
  readonly templates: readonly TemplateRequest[];
  /** Where files and folders were asked for, also where what they are of cannot be read. */
  readonly placed: readonly Placed[];
  /** Whether there are refs that could not be read, and so are not among the requests. */
  readonly unreadable: boolean;
  readonly issues: readonly Issue[];
}

/**
 * Reads `secret.*`, `extract.*` and `template.*` with their `path.*`, `file-mode.*` and `refresh-interval.*`; sorted by word and
 * name.
 */
export const readSecrets = (declared: Declared, defaults: SecretDefaults): ReadSecrets => {
  const reader = new SecretReader(declared, defaults);
  for (const word of words)
    for (const [name, text] of namedValues(declared, word)) reader.add(word, name, text);
  const names = new Set(words.flatMap((word) => [...namedValues(declared, word).keys()]));
  const ways = [...words.map((word) => annotation(`${word}.<name>`)), annotation('external-secrets')];
  const nothing = `is "true", but nothing says what to fetch: ${sentenceList(ways, 'or')}`;
  const wanted =
    names.size === 0 &&
    !declared.settings.has('external-secrets') &&
    declared.settings.get('inject') === 'true';
  const { secrets, templates, placed, unreadable, issues } = reader;
  return {
    secrets,
    templates,
    placed,
    unreadable,
    issues: [
      ...(wanted ? [issue('nothing_to_inject', annotation('inject'), nothing)] : []),
      ...issues,
      ...orphanIssues(declared, names),
    ],
  };
};

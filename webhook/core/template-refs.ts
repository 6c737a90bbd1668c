import { parseRef } from '../../lib/ref.ts';
import { parseChecked } from '../../lib/template/checked.ts';
import type { FunctionCall } from '../../lib/template/template.ts';
import { annotation } from '../../lib/annotation-names.ts';
import { quoted } from '../../lib/text.ts';
import type { TemplateRef } from './requests.ts';

/** A template of an annotation, read. */
export interface ReadTemplate {
  /** Each once, in the order of their texts. */
  readonly refs: readonly TemplateRef[];
  /** Sentences to be read after the annotation's name. */
  readonly problems: readonly string[];
}

/** The functions of annotations' templates that read secrets: a value, and a whole document. */
const readingFunctions = ['secret', 'secretData'];

const literalOf = ({ arguments: [first, ...others] }: FunctionCall): string | undefined =>
  first?.kind === 'literal' && others.length === 0 ? first.text : undefined;

const callProblem = ({ name, line }: FunctionCall): string =>
  `line ${line}: ${name} takes one ref, written out between quotes as in {{ ${name} "<store>://<key>" }}; ` +
  'what is fetched has to be known before the template runs';

const readCalls = (calls: readonly FunctionCall[]): ReadTemplate => {
  const refs = new Map<string, TemplateRef>();
  const problems: string[] = [];
  for (const call of calls) {
    const text = literalOf(call);
    const ref = text === undefined ? undefined : parseRef(text);
    if (text === undefined || ref === undefined) problems.push(callProblem(call));
    else if (ref.ok) refs.set(text, { text, ref: ref.value });
    else problems.push(...ref.error.map((problem) => `line ${call.line}: in ${quoted(text)}, ${problem}`));
  }
  return {
    refs: [...refs.values()].sort((a, b) => (a.text < b.text ? -1 : 1)),
    problems: [...new Set(problems)],
  };
};

const nothingRead =
  'calls neither secret nor secretData, so there is nothing to fetch; a value is written {{ secret "<store>://<key>" }} ' +
  `(files that need no secret belong into a ConfigMap, and templates over keys into an ExternalSecret: ${annotation('external-secrets')})`;

const parse = (name: string, text: string): ReadTemplate => {
  const template = parseChecked(name, text, readingFunctions);
  if (!template.ok) return { refs: [], problems: [template.error] };
  const calls = readingFunctions.flatMap((reading) => template.value.calls(reading));
  return calls.length === 0 ? { refs: [], problems: [nothingRead] } : readCalls(calls);
};

/** The most that remembered templates may come to, in characters. */
const maximumCharacters = 2 ** 20;

/** The latest templates; the one that was used the longest time ago comes first. Parsing is much dearer than finding. */
const known = new Map<string, ReadTemplate>();
let characters = 0;

const forget = (key: string): void => {
  if (known.delete(key)) characters -= key.length;
};

const keep = (key: string, read: ReadTemplate): void => {
  forget(key);
  known.set(key, read);
  characters += key.length;
  for (const oldest of known.keys()) {
    if (characters <= maximumCharacters) return;
    forget(oldest);
  }
};

/**
 * Reads a template of an annotation: the refs that it names, found by parsing alone. `name` is what Go's messages call it. The same
 * template is parsed once, since pods come in copies.
 */
export const readTemplate = (name: string, text: string): ReadTemplate => {
  const key = `${name} ${text}`;
  const read = known.get(key) ?? parse(name, text);
  keep(key, read);
  return read;
};

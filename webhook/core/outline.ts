/**
 * What an answer depends on, found in the text of an AdmissionReview without parsing it. Most of a review is there for others (who set
 * which field when, who asks); for a pod whose answer is known, parsing it would be the most expensive part.
 */
export interface Outline {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string | undefined;
  readonly generateName: string | undefined;
  /** The JSON texts of all that a decision reads of the request but for the pod, in a fixed order; empty where one is missing. */
  readonly scope: readonly string[];
  /** The JSON texts of all that a decision reads of the pod: its annotations and its spec. */
  readonly pod: readonly string[];
}

/** Fields that are wanted: as a text, or as an object of which fields are wanted. */
interface Wanted {
  readonly [name: string]: 'text' | Wanted;
}

const review: Wanted = {
  kind: 'text',
  apiVersion: 'text',
  request: {
    uid: 'text',
    namespace: 'text',
    operation: 'text',
    resource: 'text',
    subResource: 'text',
    object: { metadata: { name: 'text', generateName: 'text', annotations: 'text' }, spec: 'text' },
  },
};

const object = '/request/object';
const annotationsPath = `${object}/metadata/annotations`;
const specPath = `${object}/spec`;

/** See `decodeEnvelope`. */
const scopePaths = [
  '/kind',
  '/apiVersion',
  '/request/operation',
  '/request/resource',
  '/request/subResource',
  '/request/namespace',
];

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const closeObject = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;

/** Behind the closing quote of a string, from behind its opening one. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === backslash) first -= 1;
    if ((end - first) % 2 === 0) return end + 1;
  }
  return text.length;
};

/** Goes through JSON as Go writes it: compact, no name escaped that needs no escape. Gives up on anything else. */
class Scanner {
  readonly #text: string;
  #at = 0;
  readonly found = new Map<string, string>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the whole text is an object, and all that is wanted was found once at most. */
  scan(wanted: Wanted): boolean {
    return this.#object(wanted, '') && this.#text.slice(this.#at).trim() === '';
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    return true;
  }

  #object(wanted: Wanted, path: string): boolean {
    if (!this.#take(openObject)) return false;
    if (this.#take(closeObject)) return true;
    do {
      if (!this.#field(wanted, path)) return false;
    } while (this.#take(comma));
    return this.#take(closeObject);
  }

  #field(wanted: Wanted, path: string): boolean {
    const start = this.#at;
    if (!this.#take(quote)) return false;
    this.#skipString();
    const name = this.#text.slice(start + 1, this.#at - 1);
    // An escaped name may be any name.
    if (name.includes('\\') || !this.#take(colon)) return false;
    const kind = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    if (kind === undefined) return this.#skipValue();
    return this.#value(kind, `${path}/${name}`);
  }

  #value(kind: 'text' | Wanted, path: string): boolean {
    // Of a name that is there twice, parsers take the last; whoever writes such a thing is not answered from memory.
    if (this.found.has(path)) return false;
    if (kind !== 'text') {
      this.found.set(path, '');
      return this.#object(kind, path);
    }
    const start = this.#at;
    const skipped = this.#skipValue();
    this.found.set(path, this.#text.slice(start, this.#at));
    return skipped;
  }

  #skipString(): void {
    this.#at = endOfString(this.#text, this.#at);
  }

  /** To the comma or bracket behind the value. */
  #skipValue(): boolean {
    const text = this.#text;
    let at = this.#at;
    for (let depth = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) at = endOfString(text, at + 1) - 1;
      else if (code === openObject || code === openList) depth += 1;
      else if (depth === 0 && (code === comma || code === closeObject)) break;
      else if (code === closeObject || code === closeList) depth -= 1;
    }
    this.#at = at;
    return at < text.length;
  }
}

/** What is in the quotes of names and uids, which need no escape; undefined for anything else. */
const plain = (text: string | undefined): string | undefined => /^"([-.\w]+)"$/.exec(text ?? '')?.[1];

const isPlainOrMissing = (text: string | undefined): boolean =>
  text === undefined || text === '""' || plain(text) !== undefined;

/**
 * Outlines the text of a review, each character a byte (`latin1`). Undefined where it is not written as API servers write: then it has to be
 * parsed. The same outline means the same decision. What is not wanted is passed over without looking whether it is JSON.
 */
export const outlineOf = (text: string): Outline | undefined => {
  const scanner = new Scanner(text);
  if (!scanner.scan(review)) return undefined;
  const { found } = scanner;
  const uid = plain(found.get('/request/uid'));
  const namespace = plain(found.get('/request/namespace'));
  const names = ['name', 'generateName'].map((field) => found.get(`${object}/metadata/${field}`));
  const annotations = found.get(annotationsPath);
  const spec = found.get(specPath);
  if (uid === undefined || namespace === undefined || !names.every(isPlainOrMissing)) return undefined;
  if (annotations === undefined || spec === undefined) return undefined;
  const [name, generateName] = names.map(plain);
  const scope = scopePaths.map((path) => found.get(path) ?? '');
  return { uid, namespace, name, generateName, scope, pod: [annotations, spec] };
};

import { didYouMean, mostSuggestions, quoted, sentenceList } from '../text.ts';

/** What reading a manifest's spec found, each a sentence that starts with the field's path. */
export interface Findings {
  /** The manifest is wrong, or of something that is not there: it is refused itself, and so is a pod that uses it. */
  readonly problems: string[];
  /** The manifest is right, but no pod could be served today: the manifest may be there, a pod that uses it is refused. */
  readonly unusable: string[];
  /** Told to whoever writes or uses it. */
  readonly warnings: string[];
}

export const noFindings = (): Findings => ({ problems: [], unusable: [], warnings: [] });

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the fields of one object of a manifest and remembers which it was asked for, so that `close` can name those that
 * nobody understood. A field is read, refused with a reason, or waved through with a warning; none is dropped silently.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #findings: Findings;
  readonly #known = new Set<string>();

  constructor(value: unknown, place: string, findings: Findings) {
    this.#values = isObject(value) ? value : {};
    this.#place = place;
    this.#findings = findings;
    if (!isObject(value)) this.#problem(place, value === undefined ? 'is missing' : 'must be an object');
  }

  #problem(place: string, text: string): void {
    this.#findings.problems.push(`${place} ${text}`);
  }

  #take(name: string): unknown {
    this.#known.add(name);
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    return value === null ? undefined : value;
  }

  /** Whether mistakes still get suggestions: looking for what was meant takes time, and there can be any number of them. */
  get suggests(): boolean {
    return this.#findings.problems.length < mostSuggestions;
  }

  place(name: string): string {
    return `${this.#place}.${name}`;
  }

  has(name: string): boolean {
    return this.#take(name) !== undefined;
  }

  /** Says that a field's value does not do. */
  reject(name: string, text: string): void {
    this.#problem(this.place(name), text);
  }

  optionalString(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    this.reject(name, 'must be a string');
    return undefined;
  }

  /** A string that has to be there and may be empty. */
  text(name: string): string {
    const value = this.#take(name);
    if (typeof value === 'string') return value;
    this.reject(name, value === undefined ? 'is missing' : 'must be a string');
    return '';
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (value !== undefined && typeof value !== 'boolean') this.reject(name, 'must be true or false');
    return value === true;
  }

  /** A string that has to be there; where it is not, the problem is noted and the text is empty. */
  string(name: string): string {
    const value = this.#take(name);
    if (value === undefined || value === '') this.reject(name, 'is missing');
    return this.optionalString(name) ?? '';
  }

  integer(name: string, bounds: { readonly minimum: number; readonly maximum: number }): number | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && Number(value) >= bounds.minimum && Number(value) <= bounds.maximum)
      return Number(value);
    this.reject(name, `must be a whole number from ${bounds.minimum} to ${bounds.maximum}`);
    return undefined;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.optionalString(name);
    const choice = choices.find((candidate) => candidate === value);
    if (value !== undefined && choice === undefined) {
      this.reject(name, `is ${quoted(value)}; it takes ${sentenceList(choices, 'or')}`);
    }
    return choice ?? fallback;
  }

  strings(name: string): readonly string[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    this.reject(name, 'must be a list of strings');
    return [];
  }

  /** Names and their texts, in the order of the names. */
  stringMap(name: string, keys = 'names'): readonly (readonly [string, string])[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    const entries = isObject(value) ? Object.entries(value) : [];
    const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    if (!isObject(value) || texts.length < entries.length) this.reject(name, `must map ${keys} to strings`);
    return texts.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  objects(name: string): readonly Fields[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      return value.map((item, index) => new Fields(item, `${this.place(name)}[${index}]`, this.#findings));
    }
    this.reject(name, 'must be a list');
    return [];
  }

  optionalObject(name: string): Fields | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : new Fields(value, this.place(name), this.#findings);
  }

  /** An object that has to be there; where it is not, that is the one problem there is with it. */
  requiredObject(name: string): Fields | undefined {
    if (!this.has(name)) this.reject(name, 'is missing');
    return this.optionalObject(name);
  }

  object(name: string): Fields {
    return new Fields(this.#take(name), this.place(name), this.#findings);
  }

  /** A field whose shape is checked elsewhere. */
  raw(name: string): unknown {
    return this.#take(name);
  }

  /** Fields that Keyferry knows and cannot honour: each, where it is set, is a problem with this reason. */
  refuse(reason: string, ...names: readonly string[]): void {
    for (const name of names) if (this.has(name)) this.reject(name, reason);
  }

  /** Fields that keep a pod from being served and are right all the same: each, where it is set, is told with this reason. */
  postpone(reason: string, ...names: readonly string[]): void {
    for (const name of names) if (this.has(name)) this.unusable(name, reason);
  }

  /** Says that no pod can be served because of a field. */
  unusable(name: string, text: string): void {
    this.#findings.unusable.push(`${this.place(name)} ${text}`);
  }

  warn(name: string, text: string): void {
    this.#findings.warnings.push(`${this.place(name)} ${text}`);
  }

  /** Fields that have no effect here: accepted, with a warning. */
  ignore(reason: string, ...names: readonly string[]): void {
    for (const name of names) if (this.has(name)) this.warn(name, reason);
  }

  /** Every field that was not asked for is a problem. Call it last. */
  close(): void {
    const unknown = Object.keys(this.#values).filter((name) => !this.#known.has(name));
    for (const [index, name] of unknown.sort().entries()) {
      const hint = index < mostSuggestions ? didYouMean(name, this.#known) : '';
      this.#problem(this.place(name), `is not a known field${hint}`);
    }
  }
}

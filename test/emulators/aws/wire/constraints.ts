/** Collects what is wrong with a request's fields, in the words of AWS's front door. Names begin with a small letter there. */
export class Constraints {
  readonly #problems: string[] = [];

  /** Each rule is only looked at where the value is there. */
  check(name: string, value: string | number | undefined, rules: Rules): void {
    if (value === undefined) {
      if (rules.required === true) this.#add('null', name, 'Member must not be null');
      return;
    }
    for (const rule of brokenRules(value, rules)) this.#add(`'${value}'`, name, rule);
  }

  /** Judges how many items a list has. */
  checkLength(name: string, list: readonly unknown[], rules: Rules): void {
    const shown = `'[${list.map(shownItem).join(', ')}]'`;
    for (const rule of brokenLength(list.length, rules)) this.#add(shown, name, rule);
  }

  #add(value: string, name: string, rule: string): void {
    this.#problems.push(`Value ${value} at '${name}' failed to satisfy constraint: ${rule}`);
  }

  /** All of it as one sentence; undefined where nothing is wrong. */
  get message(): string | undefined {
    const count = this.#problems.length;
    if (count === 0) return undefined;
    return `${count} validation error${count === 1 ? '' : 's'} detected: ${this.#problems.join('; ')}`;
  }
}

export interface Rules {
  readonly required?: boolean;
  /** Lengths of a text or a list. */
  readonly shortest?: number;
  readonly longest?: number;
  readonly pattern?: string;
  /** Bounds of a number. */
  readonly least?: number;
  readonly most?: number;
}

function* brokenBounds(value: number, { least = -Infinity, most = Infinity }: Rules): Generator<string> {
  if (value < least) yield `Member must have value greater than or equal to ${least}`;
  if (value > most) yield `Member must have value less than or equal to ${most}`;
}

const shownItem = (item: unknown): string => (typeof item === 'string' ? item : JSON.stringify(item));

function* brokenLength(length: number, { shortest = 0, longest = Infinity }: Rules): Generator<string> {
  if (length > longest) yield `Member must have length less than or equal to ${longest}`;
  if (length < shortest) yield `Member must have length greater than or equal to ${shortest}`;
}

function* brokenForm(value: string, rules: Rules): Generator<string> {
  const { pattern } = rules;
  yield* brokenLength(value.length, rules);
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value))
    yield `Member must satisfy regular expression pattern: ${pattern}`;
}

const brokenRules = (value: string | number, rules: Rules): Generator<string> =>
  typeof value === 'number' ? brokenBounds(value, rules) : brokenForm(value, rules);

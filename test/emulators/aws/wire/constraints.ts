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
  /** Lengths of a text. */
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

function* brokenForm(value: string, rules: Rules): Generator<string> {
  const { shortest = 0, longest = Infinity, pattern } = rules;
  if (value.length > longest) yield `Member must have length less than or equal to ${longest}`;
  if (value.length < shortest) yield `Member must have length greater than or equal to ${shortest}`;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value))
    yield `Member must satisfy regular expression pattern: ${pattern}`;
}

const brokenRules = (value: string | number, rules: Rules): Generator<string> =>
  typeof value === 'number' ? brokenBounds(value, rules) : brokenForm(value, rules);

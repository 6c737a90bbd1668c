import { parseArgs } from 'node:util';
import { parseDuration } from '../duration.ts';
import { parseQuantity } from '../quantity.ts';
import { err, ok, type Result } from '../result.ts';
import { didYouMean, quoted, sentenceList } from '../text.ts';

/** The flags of a program, as `parseArgs` takes them. */
export type FlagTable = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: true }>
>;

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

const minute = 60_000;

/** Reads the values of flags, and notes what is wrong with them. */
export class FlagReader<Name extends string> {
  readonly #values: Values;
  readonly problems: string[] = [];

  constructor(values: Values) {
    this.#values = values;
  }

  text(name: Name): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: Name): readonly string[] | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
  }

  has(name: Name): boolean {
    return this.#values[name] === true;
  }

  port(name: Name, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    this.problems.push(`--${name} is ${quoted(text)}; give a port from 0 to 65535`);
    return fallback;
  }

  duration(name: Name, fallback: number, minimum: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds >= minimum) return milliseconds;
    const least = minimum === 0 ? '' : ` of at least ${minimum / minute} minutes`;
    this.problems.push(`--${name} is ${quoted(text)}; give a Go duration${least}, like 30m`);
    return fallback;
  }

  quantity(name: Name): string | undefined {
    const text = this.text(name);
    if (text === undefined || (parseQuantity(text) ?? 0) > 0) return text;
    this.problems.push(`--${name} is ${quoted(text)}; give a Kubernetes quantity like 50m or 128Mi`);
    return undefined;
  }

  oneOf<T extends string>(name: Name, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    const choice = choices.find((candidate) => candidate === text);
    if (text !== undefined && choice === undefined) {
      this.problems.push(`--${name} is ${quoted(text)}; it takes ${sentenceList(choices, 'or')}`);
    }
    return choice ?? fallback;
  }
}

interface OptionToken {
  readonly name: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

const shown = (name: string): string => `--${name}`;

const optionProblems = (options: FlagTable, { name, value, inlineValue }: OptionToken): readonly string[] => {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined)
    return [`--${name} is not a flag${didYouMean(name, Object.keys(options), shown)}`];
  if (option.type === 'boolean') return value === undefined ? [] : [`--${name} takes no value`];
  if (value === undefined) return [`--${name} needs a value`];
  // The parser takes whatever comes next, a flag too, which would then silently be off.
  return inlineValue === false && value.startsWith('--')
    ? [`--${name} needs a value; ${quoted(value)} is the next flag (or write --${name}=${value})`]
    : [];
};

/** Reads a command line. Every problem is found at once, each a sentence that names its flag. */
export const readFlags = <Table extends FlagTable, Config>(
  argv: readonly string[],
  options: Table,
  read: (flags: FlagReader<keyof Table & string>) => Config,
): Result<Config, readonly string[]> => {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new FlagReader<keyof Table & string>(values);
  for (const token of tokens) {
    if (token.kind === 'positional') flags.problems.push(`${quoted(token.value)} is no flag`);
    if (token.kind !== 'option') continue;
    flags.problems.push(...optionProblems(options, token));
  }
  const config = read(flags);
  return flags.problems.length === 0 ? ok(config) : err(flags.problems);
};

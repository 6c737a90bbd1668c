import { parseArgs, type ParseArgsConfig } from 'node:util';
import { err, ok, type Result } from '../lib/result.ts';
import { didYouMean, quoted } from '../lib/text.ts';
import { optionNames, optionOf, shown, type OptionName } from './options.ts';

/** The command line, taken apart: what its words are, not yet whether they make sense together. */
export interface Words {
  readonly positionals: readonly string[];
  /** The values of each option that is there, in order; a switch has none. */
  readonly values: ReadonlyMap<OptionName, readonly string[]>;
}

/** The value of an option that may be given once. */
export const one = ({ values }: Words, name: OptionName): string | undefined => values.get(name)?.[0];
/** The values of an option that may be repeated. */
export const many = ({ values }: Words, name: OptionName): readonly string[] => values.get(name) ?? [];

const parserOptions: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  optionNames.map((name) => {
    const { short, value } = optionOf(name);
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [name, { type, multiple: true, ...(short === undefined ? {} : { short }) }];
  }),
);

const isOptionName = (name: string): name is OptionName => (optionNames as readonly string[]).includes(name);

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** `-` alone is standard input; whatever else begins with a dash was meant as an option of its own. */
const isOptionLike = (value: string): boolean => value.length > 1 && value.startsWith('-');

const tokenProblem = ({ name, rawName, value, inlineValue }: OptionToken): string | undefined => {
  if (!isOptionName(name))
    return `${rawName} is not an option${didYouMean(name, optionNames, (candidate) => `--${candidate}`)}`;
  const { value: wanted } = optionOf(name);
  if (wanted === undefined)
    return value === undefined
      ? undefined
      : `${rawName} takes no value; write it without ${quoted(`=${value}`)}`;
  if (value === undefined) return `${rawName} needs a value: ${rawName} ${wanted}`;
  return inlineValue !== true && isOptionLike(value)
    ? `${rawName} needs a value, and ${quoted(value)} looks like another option; if it is the value, write --${name}=${value}`
    : undefined;
};

/** An option that swallowed the next one leaves words behind that mean nothing, so problems here are told alone. */
export const parseWords = (argv: readonly string[]): Result<Words, readonly string[]> => {
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: parserOptions,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<OptionName, readonly string[]>();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const problem = tokenProblem(token);
    const { name, value } = token;
    if (problem !== undefined) problems.push(problem);
    else if (isOptionName(name))
      values.set(name, [...(values.get(name) ?? []), ...(value === undefined ? [] : [value])]);
  }
  const twice = [...values]
    .filter(([name, given]) => optionOf(name).repeatable !== true && given.length > 1)
    .map(([name]) => `${shown(name)} is given twice`);
  const all = [...problems, ...twice];
  return all.length === 0 ? ok({ positionals, values }) : err(all);
};

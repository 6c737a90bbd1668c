import { ok, type Result } from '../../lib/result.ts';
import { isCommand, type Command } from '../options.ts';
import { parseWords, type Words } from '../words.ts';
import type { Arguments } from './arguments.ts';
import { manifestArguments } from './manifest.ts';
import { refreshArguments } from './refresh.ts';
import { renderArguments } from './render.ts';

export type Parsed = { readonly kind: 'help' } | { readonly kind: 'run'; readonly arguments: Arguments };

type Problems = readonly string[];

const argumentsOf = (words: Words, command: Command | undefined): Result<Arguments, Problems> => {
  if (command === 'refresh') return refreshArguments(words);
  return command === 'render' ? renderArguments(words) : manifestArguments(words, command);
};

/** Reads the command line; every problem at once, as far as it could be read at all. */
export const parseArguments = (argv: readonly string[]): Result<Parsed, Problems> => {
  const words = parseWords(argv);
  if (!words.ok) return words;
  const [word] = words.value.positionals;
  if (words.value.values.has('help') || word === 'help') return ok({ kind: 'help' });
  const command = isCommand(word) ? word : undefined;
  const parsed = argumentsOf(words.value, command);
  return parsed.ok ? ok({ kind: 'run', arguments: parsed.value }) : parsed;
};

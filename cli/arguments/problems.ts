import { didYouMean, quoted, sentenceList } from '../../lib/text.ts';
import { commands, isCommand, optionOf, shown } from '../options.ts';
import { many, type Words } from '../words.ts';

/** What may be wrong with the words of several commands; a sentence each. */

export const commandProblems = ([command, ...rest]: readonly string[]): string[] => {
  const extra = rest.map((word) => `${quoted(word)} is one word too many; files come behind -f and -m`);
  if (command === undefined) return [`which command? ${sentenceList(commands, 'or')}`];
  if (command === 'refresh') return [];
  return isCommand(command)
    ? extra
    : [`${quoted(command)} is not a command${didYouMean(command, commands)}`, ...extra];
};

/** Options of other commands. */
export const strangerProblems = (words: Words): string[] => {
  const [command] = words.positionals;
  if (!isCommand(command)) return [];
  return [...words.values.keys()]
    .filter((name) => !optionOf(name).commands.includes(command))
    .map(
      (name) => `${shown(name)} is an option of ${sentenceList(optionOf(name).commands)}, not of ${command}`,
    );
};

export const fileProblems = (words: Words): string[] => {
  const [files, manifests] = [many(words, 'filename'), many(words, 'manifests')];
  return [
    ...(files.length === 0 ? ['-f is missing: which manifests?'] : []),
    ...([...files, ...manifests].filter((file) => file === '-').length > 1
      ? ['standard input (-) can be read once only']
      : []),
  ];
};

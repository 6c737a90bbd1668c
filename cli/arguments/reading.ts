import { many, one, type Words } from '../words.ts';
import type { BrokerArguments, ReadingArguments } from './arguments.ts';
import { outputOf } from './common.ts';
import { settingsOf } from './install.ts';

/** The arguments of every command that reads manifests. */
export const readingOf = (words: Words, broker: BrokerArguments | undefined): ReadingArguments => ({
  files: many(words, 'filename'),
  manifests: many(words, 'manifests'),
  namespace: one(words, 'namespace') ?? 'default',
  output: outputOf(words),
  settings: settingsOf(words),
  broker,
});

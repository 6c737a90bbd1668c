import { quoted, sentenceList } from '../../lib/text.ts';
import type { ExplainedFile, Explanation, Refresh } from '../core/explanation.ts';
import { duration } from './words.ts';
import { wrap } from './wrap.ts';

const refreshWords = (refresh: Refresh): string => {
  switch (refresh.kind) {
    case 'once':
      return 'Read once, at the start.';
    case 'lease':
      return 'Made for each pod; renewed when two thirds of its life are over, and replaced where that cannot be.';
    case 'interval':
      return `Read anew every ${duration(refresh.seconds)}, give or take 10 %.`;
  }
};

const decoding = ({ decode }: ExplainedFile): string => {
  if (decode === undefined) return '';
  return decode === 'auto' ? ', decoded where it is base64' : `, decoded from ${decode}`;
};

const origin = (file: ExplainedFile): string => {
  const { kind, property, version, stage, key, store, parameters = [] } = file;
  const what =
    property === undefined
      ? kind === 'extract'
        ? 'A file for each field'
        : 'The secret'
      : `Property ${quoted(property)}`;
  const which = [
    ...(version === undefined ? [] : [`version ${quoted(version)}`]),
    ...(stage === undefined ? [] : [`stage ${quoted(stage)}`]),
    ...parameters.map(({ name, value }) => `${name}=${value}`),
  ];
  const qualified = which.length === 0 ? '' : ` (${which.join(', ')})`;
  return `${what} of ${key}${qualified} in store ${store}${decoding(file)}.`;
};

const fileLines = (file: ExplainedFile): string[] => {
  const { path, mode, owner, group, optional, refresh, maybeLeased } = file;
  const hint = maybeLeased
    ? ' If Vault makes a credential of it, that is renewed at two thirds of its life instead.'
    : '';
  return [
    `    ${path}`,
    ...wrap(origin(file), 6),
    ...wrap(`Mode ${mode}, user ${owner}, group ${group}. ${refreshWords(refresh)}${hint}`, 6),
    ...(optional ? wrap('Optional: the pod may start without it.', 6) : []),
  ];
};

/** Which files appear where. */
export const filesText = ({ files, containers, mountPath }: Explanation): string[] => [
  '  Files',
  ...wrap(
    `In memory, below ${mountPath}, read-only, for ${containers.length === 1 ? 'container' : 'containers'} ${sentenceList(containers)}. No Secret object is made.`,
    4,
  ),
  ...files.flatMap(fileLines),
];

import { quoted, sentenceList } from '../../lib/text.ts';
import type { ExplainedFile, ExplainedPart, ExplainedRead } from '../core/explained-files.ts';
import type { Explanation } from '../core/explanation.ts';
import { duration } from './words.ts';
import { wrap } from './wrap.ts';

const refreshWords = ({ refresh, brokered }: ExplainedRead): string => {
  switch (refresh.kind) {
    case 'once':
      return 'Read once, at the start.';
    case 'lease':
      return brokered
        ? 'Made for each pod; replaced when two thirds of its life are over.'
        : 'Made for each pod; renewed when two thirds of its life are over, and replaced where that cannot be.';
    case 'interval':
      return `Read anew every ${duration(refresh.seconds)}, give or take 10 %.`;
  }
};

const decoding = ({ decode }: ExplainedRead): string => {
  if (decode === undefined) return '';
  return decode === 'auto' ? ', decoded where it is base64' : `, decoded from ${decode}`;
};

/** `payments/db (version "3") in store vault-backend`. */
const place = (read: ExplainedRead): string => {
  const { version, stage, key, store, parameters = [] } = read;
  const which = [
    ...(version === undefined ? [] : [`version ${quoted(version)}`]),
    ...(stage === undefined ? [] : [`stage ${quoted(stage)}`]),
    ...parameters.map(({ name, value }) => `${name}=${value}`),
  ];
  const qualified = which.length === 0 ? '' : ` (${which.join(', ')})`;
  return `${key}${qualified} in store ${store}${decoding(read)}`;
};

/** The broker renews nothing for a pod: it asks for another credential. */
const leaseHint = ({ maybeLeased, brokered }: ExplainedRead): string => {
  if (!maybeLeased) return '';
  const care = brokered ? 'each pod has one of its own, which is replaced' : 'that is renewed';
  return ` If Vault makes a credential of it, ${care} at two thirds of its life instead.`;
};

const refreshOf = (read: ExplainedRead): string => `${refreshWords(read)}${leaseHint(read)}`;

const origin = (file: ExplainedRead & { readonly kind: 'value' | 'extract' }): string => {
  const whole = file.kind === 'extract' ? 'A file for each field' : 'The secret';
  return `${file.property === undefined ? whole : `Property ${quoted(file.property)}`} of ${place(file)}.`;
};

const partLine = (part: ExplainedPart): string => {
  const { name, property } = part;
  const what = property === undefined ? '' : `property ${quoted(property)} of `;
  return `${name === undefined ? 'all of ' : `${name}: `}${what}${place(part)}`;
};

/** Parts that are read together are told together: how often is said once. */
const partLines = (parts: readonly ExplainedPart[]): string[] => {
  const refreshes = new Set(parts.map(refreshOf));
  const [only] = refreshes;
  if (refreshes.size === 1 && only !== undefined)
    return [...parts.flatMap((part) => wrap(`${partLine(part)}.`, 8)), ...wrap(only, 6)];
  return parts.flatMap((part) => wrap(`${partLine(part)}. ${refreshOf(part)}`, 8));
};

type ManyFiles = Extract<ExplainedFile, { readonly kind: 'external-secret' }>;

const madeOf = ({ names, mayHaveMore, externalSecret, templated }: ManyFiles): string => {
  const more = names.length === 0 ? 'whatever files it brings' : 'whatever else it brings';
  const files = sentenceList([...names, ...(mayHaveMore ? [more] : [])], 'and');
  return `ExternalSecret ${externalSecret}: ${files}${templated ? ', made by its templates of:' : ':'}`;
};

const contentLines = (file: ExplainedFile): readonly string[] => {
  switch (file.kind) {
    case 'value':
    case 'extract':
      return wrap(origin(file), 6);
    case 'template':
      return [...wrap('Made by its template of:', 6), ...partLines(file.parts)];
    case 'external-secret':
      return [...wrap(madeOf(file), 6), ...partLines(file.parts)];
  }
};

const fileLines = (file: ExplainedFile): string[] => {
  const { path, mode, owner, group, optional } = file;
  const when = file.kind === 'value' || file.kind === 'extract' ? ` ${refreshOf(file)}` : '';
  return [
    `    ${path}`,
    ...contentLines(file),
    ...wrap(`Mode ${mode}, user ${owner}, group ${group}.${when}`, 6),
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

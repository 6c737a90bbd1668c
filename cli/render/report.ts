import type { RenderedSecret } from './render.ts';

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** What was written where, for people; never a value. */
export const renderText = (rendered: readonly RenderedSecret[], out: string): string => {
  const lines = rendered.flatMap(({ source, title, problems, warnings, files }) => [
    ...(problems.length > 0 ? [`${source}: ${title}: ${count(problems.length, 'problem')}`] : []),
    ...problems.map((problem) => `  ${problem}`),
    ...warnings.map((warning) => `${source}: ${title}: warning: ${warning}`),
    ...files.map(({ path, bytes }) => `${out}/${path} (${count(bytes, 'byte')})`),
  ]);
  const good = rendered.filter(({ problems }) => problems.length === 0).length;
  return [...lines, `${good} of ${count(rendered.length, 'ExternalSecret')} rendered`, ''].join('\n');
};

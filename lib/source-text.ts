import type { PlanFind, PlanSource } from './plan.ts';

const findText = ({ path, name, tags = [] }: PlanFind): string =>
  [
    'find',
    ...(path === undefined ? [] : [`path ${JSON.stringify(path)}`]),
    ...(name === undefined ? [] : [`name ${JSON.stringify(name)}`]),
    ...tags.map((tag) => `tag ${JSON.stringify(`${tag.name}=${tag.value}`)}`),
  ].join(' ');

/** What is read, for logs and `/status`: the key, or what is looked for. */
export const sourceText = ({ key, find }: Pick<PlanSource, 'key' | 'find'>): string =>
  find === undefined ? key : findText(find);

/** The same within a sentence. */
export const sourcePhrase = (source: Pick<PlanSource, 'key' | 'find'>): string =>
  source.find === undefined ? `key ${JSON.stringify(source.key)}` : sourceText(source);

import { dataAnswer, empty } from '../answer.ts';
import type { Answer } from '../answer.ts';

/** What Vault lists below a prefix: names, and folders with a slash at their end. Nothing there is a 404. */
export function listBelow(keys: Iterable<string>, prefix: string): Answer {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const names = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(folder)) continue;
    const [first = '', ...rest] = key.slice(folder.length).split('/');
    names.add(rest.length === 0 ? first : `${first}/`);
  }
  return names.size === 0 ? empty : dataAnswer({ keys: [...names].sort() });
}

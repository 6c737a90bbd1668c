import { isObject } from './fields.ts';

/** Twice of what a plan may have, and more: what does not fit into a pod is not worth reading. */
const most = 256 * 1024;

/**
 * Whether a spec has more text in it than is read, counted without recursion: how deep it goes is up to whoever writes it. Each thing in it
 * counts for the text that a message about it would have.
 */
export const isTooLarge = (spec: unknown): boolean => {
  const rest: unknown[] = [spec];
  let size = 0;
  while (rest.length > 0 && size <= most) {
    const value = rest.pop();
    size += typeof value === 'string' ? value.length + 8 : 8;
    if (Array.isArray(value)) for (const item of value as unknown[]) rest.push(item);
    else if (isObject(value))
      for (const [name, item] of Object.entries(value)) {
        size += name.length;
        rest.push(item);
      }
  }
  return size > most;
};

export const tooLarge = 'spec has more than 256 KiB, which no pod can hold';

import { setTimeout as delay } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const interval = 250;

/**
 * Looks again and again until there is something to see, for what nobody can be asked to announce: a program's HTTP page, or a value that
 * several processes bring about. Whatever Kubernetes itself knows is waited for by a watch instead (`Kubectl.watch`).
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined>,
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<T> => {
  const end = performance.now() + options.seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`${what} did not come within ${options.seconds} s`);
    await delay(interval, undefined, { signal: options.signal });
  }
};

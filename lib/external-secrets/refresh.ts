import { parseDuration } from '../duration.ts';
import type { Fields } from '../stores/fields.ts';
import { quoted } from '../text.ts';

const defaultSeconds = 3600;
const leastSeconds = 10;

/** Whole seconds, rounded up. */
const readInterval = (spec: Fields): number => {
  const text = spec.optionalString('refreshInterval');
  if (text === undefined) return defaultSeconds;
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    spec.reject('refreshInterval', `is ${quoted(text)}; give a Go duration like 30s, 15m or 1h30m`);
    return defaultSeconds;
  }
  if (milliseconds === 0 || milliseconds >= leastSeconds * 1000) return Math.ceil(milliseconds / 1000);
  spec.warn(
    'refreshInterval',
    `is ${quoted(text)}, which is taken as ${leastSeconds}s, the shortest there is`,
  );
  return leastSeconds;
};

/**
 * How often secrets are read, in seconds; 0: once. `refreshPolicy` CreatedOnce and OnChange read once: a pod's plan is a snapshot, so
 * that a change of the ExternalSecret reaches the pods that are made after it.
 */
export const readRefresh = (spec: Fields): number => {
  const interval = readInterval(spec);
  const policy = spec.oneOf('refreshPolicy', ['Periodic', 'CreatedOnce', 'OnChange'], 'Periodic');
  return policy === 'Periodic' ? interval : 0;
};

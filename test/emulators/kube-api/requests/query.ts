import { parseFieldSelector, parseLabelSelector, type ObjectFilter } from '../objects/selectors.ts';
import { refuse } from './status.ts';

const known: ReadonlySet<string> = new Set([
  'allowWatchBookmarks',
  'continue',
  'fieldManager',
  'fieldSelector',
  'fieldValidation',
  'gracePeriodSeconds',
  'labelSelector',
  'limit',
  'pretty',
  'propagationPolicy',
  'resourceVersion',
  'resourceVersionMatch',
  'timeoutSeconds',
  'watch',
]);

/** Refuses what this server would not honour, a dry run above all. */
export const checkQuery = (query: URLSearchParams): void => {
  const unknown = [...query.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw refuse(400, `the stand-in does not know the query parameter ${unknown.join(', ')}`);
  }
};

/** A whole number from the query, undefined where it is missing or zero. */
export const numberFrom = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name) ?? '';
  if (!/^\d*$/.test(text)) throw refuse(400, `${name}: invalid value "${text}"`);
  return Number(text) === 0 ? undefined : Number(text);
};

/** The filter of a list or a watch. */
export const filterFrom = (query: URLSearchParams): ObjectFilter => {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const byLabels = parseLabelSelector(labels);
  if (byLabels === undefined) throw refuse(400, `unable to parse requirement: ${labels}`);
  const byFields = parseFieldSelector(fields);
  if (byFields === undefined) throw refuse(400, `field label not supported: ${fields}`);
  return (object) => byLabels(object) && byFields(object);
};

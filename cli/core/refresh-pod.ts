import { annotation } from '../../lib/annotation-names.ts';
import { parseJsonOrNothing } from '../../lib/json.ts';

/** What `refresh` knows of a pod. */
export interface RefreshPod {
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly phase: string;
  readonly isDeleting: boolean;
  /** Uid and kind of the workload that made it. */
  readonly controller?: { readonly uid: string; readonly kind: string };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const controllerOf = (owners: unknown): RefreshPod['controller'] => {
  const list: readonly unknown[] = Array.isArray(owners) ? owners : [];
  const owner = list.map(recordOf).find(({ controller }) => controller === true);
  return owner === undefined ? undefined : { uid: textOf(owner['uid']), kind: textOf(owner['kind']) };
};

/** Reads a pod of the API server; undefined for what has no name. */
export const parseRefreshPod = (item: unknown): RefreshPod | undefined => {
  const { metadata, status } = recordOf(item);
  const { name, annotations, deletionTimestamp, ownerReferences } = recordOf(metadata);
  if (typeof name !== 'string') return undefined;
  const texts = Object.entries(recordOf(annotations)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const controller = controllerOf(ownerReferences);
  return {
    name,
    annotations: new Map(texts),
    phase: textOf(recordOf(status)['phase']),
    isDeleting: textOf(deletionTimestamp) !== '',
    ...(controller === undefined ? {} : { controller }),
  };
};

/** Why annotating a pod would do nothing, or undefined where it would. */
export const skipReason = ({ annotations, phase, isDeleting }: RefreshPod): string | undefined => {
  const status = annotations.get(annotation('status'));
  if (status === undefined)
    return `Keyferry did not inject it (it has no annotation ${annotation('status')})`;
  if (phase === 'Succeeded' || phase === 'Failed') return 'it has ended';
  if (isDeleting) return 'it is being deleted';
  return recordOf(parseJsonOrNothing(status))['lifecycle'] === 'init'
    ? 'its lifecycle is init: no agent runs on that could read anew'
    : undefined;
};

/** Whether a pod's annotations ask for the files of an ExternalSecret. */
export const namesExternalSecret = ({ annotations }: RefreshPod, name: string): boolean =>
  (annotations.get(annotation('external-secrets')) ?? '').split(',').some((part) => part.trim() === name);

const expressionText = (expression: Readonly<Record<string, unknown>>): string | undefined => {
  const key = textOf(expression['key']);
  const values: unknown = expression['values'];
  const list = Array.isArray(values) ? values.join(',') : '';
  switch (expression['operator']) {
    case 'In':
      return `${key} in (${list})`;
    case 'NotIn':
      return `${key} notin (${list})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
};

/**
 * A workload's `spec.selector` as the text that list requests take; undefined where there is none to find its pods by, or one of
 * an operator that is not known.
 */
export const selectorText = (selector: unknown): string | undefined => {
  const { matchLabels, matchExpressions } = recordOf(selector);
  const expressions: readonly unknown[] = Array.isArray(matchExpressions) ? matchExpressions : [];
  const parts = [
    ...Object.entries(recordOf(matchLabels)).map(([key, value]) => `${key}=${textOf(value)}`),
    ...expressions.map((expression) => expressionText(recordOf(expression))),
  ];
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(',');
};

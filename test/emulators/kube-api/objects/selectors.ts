import { isRecord, recordsOf, textsOf, type KubeObject } from './types.ts';

export type ObjectFilter = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const valueOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

const isIn = (key: string, values: readonly string[]): Requirement => {
  return (labels) => {
    const value = valueOf(labels, key);
    return value !== undefined && values.includes(value);
  };
};

const exists =
  (key: string): Requirement =>
  (labels) =>
    Object.hasOwn(labels, key);

const not =
  (requirement: Requirement): Requirement =>
  (labels) =>
    !requirement(labels);

const parseSet = (text: string): Requirement | undefined => {
  const [, key, operator, list = ''] = /^\s*(\S+)\s+(in|notin)\s+\(([^)]*)\)\s*$/.exec(text) ?? [];
  if (key === undefined) return undefined;
  const inSet = isIn(
    key,
    list.split(',').map((value) => value.trim()),
  );
  return operator === 'in' ? inSet : not(inSet);
};

const parseEquality = (text: string): Requirement | undefined => {
  const [, key, operator, value = ''] = /^\s*([^\s!=]+)\s*(==?|!=)\s*([^\s=]*)\s*$/.exec(text) ?? [];
  if (key === undefined) return undefined;
  return operator === '!=' ? not(isIn(key, [value])) : isIn(key, [value]);
};

const parseExistence = (text: string): Requirement | undefined => {
  const [, negated, key] = /^\s*(!?)\s*([^\s!=(),]+)\s*$/.exec(text) ?? [];
  if (key === undefined) return undefined;
  return negated === '!' ? not(exists(key)) : exists(key);
};

const parseRequirement = (text: string): Requirement | undefined =>
  parseSet(text) ?? parseEquality(text) ?? parseExistence(text);

/** A label selector as queries have it; undefined where it cannot be understood. */
export const parseLabelSelector = (selector: string): ObjectFilter | undefined => {
  if (selector.trim() === '') return () => true;
  const requirements = selector.split(/,(?![^(]*\))/).map(parseRequirement);
  if (requirements.includes(undefined)) return undefined;
  return ({ metadata }) => requirements.every((requirement) => requirement?.(metadata.labels ?? {}) ?? false);
};

const selectable = /^(metadata\.name|metadata\.namespace|status\.podIP)(==?|!=)([^=!]*)$/;

const fieldOf = (object: KubeObject, path: string): unknown => {
  const [parent = '', field = ''] = path.split('.');
  const of = object[parent];
  return isRecord(of) ? of[field] : undefined;
};

/** A field selector, of `metadata.name`, `metadata.namespace` and (which pods have) `status.podIP`; undefined for any other. */
export const parseFieldSelector = (selector: string): ObjectFilter | undefined => {
  if (selector.trim() === '') return () => true;
  const terms = selector.split(',').map((term) => selectable.exec(term.trim()));
  if (terms.includes(null)) return undefined;
  return (object) =>
    terms.every((term) => {
      const [, field = '', operator, value] = term ?? [];
      return (fieldOf(object, field) === value) === (operator !== '!=');
    });
};

/**
 * The name that a field selector asks for, alone or among other terms, which counts as the request's in access rules.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go
 */
export const selectedName = (selector: string): string | undefined =>
  selector
    .split(',')
    .map((term) => /^metadata\.name==?([^=!]+)$/.exec(term.trim())?.[1])
    .find((name) => name !== undefined);

const matchesExpression = (expression: Record<string, unknown>, labels: Labels): boolean => {
  const key = String(expression['key']);
  const values = textsOf(expression['values']);
  switch (expression['operator']) {
    case 'In':
      return isIn(key, values)(labels);
    case 'NotIn':
      return !isIn(key, values)(labels);
    case 'Exists':
      return exists(key)(labels);
    default:
      return !exists(key)(labels);
  }
};

/** Whether labels fit a selector as manifests have it; everything fits where there is none. */
export const matchesLabels = (selector: unknown, labels: Labels = {}): boolean => {
  if (!isRecord(selector)) return true;
  const wanted = Object.entries(isRecord(selector['matchLabels']) ? selector['matchLabels'] : {});
  return (
    wanted.every(([key, value]) => valueOf(labels, key) === value) &&
    recordsOf(selector['matchExpressions']).every((expression) => matchesExpression(expression, labels))
  );
};

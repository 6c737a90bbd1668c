import type { Fields } from './fields.ts';

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

interface Requirement {
  readonly key: string;
  readonly operator: (typeof operators)[number];
  readonly values: readonly string[];
}

/** A Kubernetes label selector; all requirements must hold, none at all matches everything. */
export type LabelSelector = readonly Requirement[];

const readExpression = (fields: Fields): Requirement => {
  const key = fields.string('key');
  const operator = fields.oneOf('operator', operators, 'Exists');
  if (!fields.has('operator')) fields.reject('operator', 'is missing');
  const values = fields.strings('values');
  const wantsValues = operator === 'In' || operator === 'NotIn';
  if (wantsValues !== values.length > 0) {
    fields.reject(
      'values',
      wantsValues ? `is missing: ${operator} needs one at least` : `must be empty: ${operator} takes none`,
    );
  }
  fields.close();
  return { key, operator, values };
};

const readLabels = (fields: Fields): Requirement[] =>
  fields
    .stringMap('matchLabels', 'label names')
    .map(([key, value]) => ({ key, operator: 'In', values: [value] }));

/** Reads `{matchLabels, matchExpressions}`. */
export const readSelector = (fields: Fields): LabelSelector => {
  const labels = readLabels(fields);
  const expressions = fields.objects('matchExpressions').map(readExpression);
  fields.close();
  return [...labels, ...expressions];
};

const holds = ({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean => {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
};

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export const matchesSelector = (selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean =>
  selector.every((requirement) => holds(requirement, labels));

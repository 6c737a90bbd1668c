import { isRecord } from '../../../lib/kube/object.ts';
import { at, listAt } from './manifests.ts';

const preserve = 'x-kubernetes-preserve-unknown-fields';

const properties = (schema: unknown): readonly [string, unknown][] => {
  const found = at(schema, 'properties');
  return isRecord(found) ? Object.entries(found) : [];
};

const children = (schema: unknown): readonly [string, unknown][] => [
  ...properties(schema),
  ...(['items', 'additionalProperties'] as const).flatMap((name): [string, unknown][] => {
    const child = at(schema, name);
    return isRecord(child) ? [[name, child]] : [];
  }),
];

/**
 * What keeps a schema from being structural, as the API server asks of a CustomResourceDefinition:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export const structuralProblems = (schema: unknown, path = 'schema'): readonly string[] => {
  const type = at(schema, 'type');
  const own = [
    ...(typeof type === 'string' ? [] : [`${path} has no type`]),
    ...(type === 'array' && !isRecord(at(schema, 'items')) ? [`${path} has no items`] : []),
    ...(type !== 'object' && properties(schema).length > 0 ? [`${path} has properties`] : []),
    ...(properties(schema).length > 0 && at(schema, 'additionalProperties') !== undefined
      ? [`${path} has properties and additionalProperties`]
      : []),
    ...listAt(schema, 'required')
      .filter((name) => !properties(schema).some(([known]) => known === name))
      .map((name) => `${path} requires ${String(name)}, which it does not describe`),
  ];
  return [
    ...own,
    ...children(schema).flatMap(([name, child]) => structuralProblems(child, `${path}.${name}`)),
  ];
};

/** Objects of a schema below which the API server would drop unknown fields. */
export const pruningPlaces = (schema: unknown, path = 'schema'): readonly string[] => {
  const prunes =
    at(schema, 'type') === 'object' &&
    at(schema, preserve) !== true &&
    !isRecord(at(schema, 'additionalProperties'));
  return [
    ...(prunes ? [path] : []),
    ...children(schema).flatMap(([name, child]) => pruningPlaces(child, `${path}.${name}`)),
  ];
};

/** Fields of a schema without a sentence about them. */
export const undescribed = (schema: unknown, path = 'schema'): readonly string[] =>
  properties(schema).flatMap(([name, child]) => [
    ...(typeof at(child, 'description') === 'string' ? [] : [`${path}.${name}`]),
    ...undescribed(at(child, 'items') ?? child, `${path}.${name}`),
  ]);

const measure = (value: unknown): readonly [size: number, unit: string] => {
  if (isRecord(value)) return [Object.keys(value).length, 'Properties'];
  if (Array.isArray(value)) return [value.length, 'Items'];
  return typeof value === 'string' ? [value.length, 'Length'] : [Number(value), ''];
};

const sizeProblems = (schema: unknown, value: unknown, path: string): string[] => {
  const [size, unit] = measure(value);
  const [least, most] = unit === '' ? ['minimum', 'maximum'] : [`min${unit}`, `max${unit}`];
  return [
    ...(size < Number(at(schema, least) ?? -Infinity) ? [`${path} has less than its ${least}`] : []),
    ...(size > Number(at(schema, most) ?? Infinity) ? [`${path} has more than its ${most}`] : []),
  ];
};

const textProblems = (schema: unknown, value: unknown, path: string): string[] => {
  if (typeof value !== 'string') return [];
  const pattern = at(schema, 'pattern');
  const choices = listAt(schema, 'enum');
  const isBase64 = Buffer.from(value, 'base64').toString('base64') === value;
  return [
    ...(typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)
      ? [`${path} does not match ${pattern}`]
      : []),
    ...(choices.length > 0 && !choices.includes(value) ? [`${path} is none of ${choices.join(', ')}`] : []),
    ...(at(schema, 'format') === 'byte' && !isBase64 ? [`${path} is not base64`] : []),
  ];
};

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return value === null ? 'null' : typeof value;
};

/** What of an object a schema refuses: the part of OpenAPI that our CustomResourceDefinitions use. */
export const refusals = (schema: unknown, value: unknown, path = 'object'): readonly string[] => {
  if (schema === undefined) return [];
  const type = at(schema, 'type');
  if (type !== typeOf(value)) return [`${path} is no ${String(type)}`];
  const missing = listAt(schema, 'required').filter((name) => at(value, String(name)) === undefined);
  const entries = isRecord(value) ? Object.entries(value) : [];
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  return [
    ...missing.map((name) => `${path}.${String(name)} is missing`),
    ...sizeProblems(schema, value, path),
    ...textProblems(schema, value, path),
    ...entries.flatMap(([name, child]) =>
      refusals(
        at(schema, 'properties') === undefined
          ? at(schema, 'additionalProperties')
          : properties(schema).find(([known]) => known === name)?.[1],
        child,
        `${path}.${name}`,
      ),
    ),
    ...items.flatMap((child, index) => refusals(at(schema, 'items'), child, `${path}[${index}]`)),
  ];
};

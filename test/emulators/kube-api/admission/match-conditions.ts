import { recordsOf, type KubeObject } from '../objects/types.ts';

/** The one CEL expression that the stand-in understands: Keyferry's own. */
export const keyferryMatchExpression =
  "object.metadata.?annotations.orValue({}).exists(k, k.startsWith('keyferry.dev/')) && " +
  "object.metadata.?annotations['keyferry.dev/inject'].orValue('') != 'false'";

const asksForKeyferry = ({ metadata }: KubeObject): boolean => {
  const annotations = new Map(Object.entries(metadata.annotations ?? {}));
  return (
    [...annotations.keys()].some((key) => key.startsWith('keyferry.dev/')) &&
    annotations.get('keyferry.dev/inject') !== 'false'
  );
};

const expressionsOf = (webhook: Readonly<Record<string, unknown>>): string[] =>
  recordsOf(webhook['matchConditions']).map(({ expression }) => String(expression));

/** Expressions of a webhook that the stand-in cannot evaluate. */
export const unknownExpressions = (webhook: Readonly<Record<string, unknown>>): string[] =>
  expressionsOf(webhook).filter((expression) => expression.trim() !== keyferryMatchExpression);

/** Whether all conditions of a webhook hold for an object; they are known to be Keyferry's. */
export const conditionsHold = (webhook: Readonly<Record<string, unknown>>, object: KubeObject): boolean =>
  expressionsOf(webhook).every(() => asksForKeyferry(object));

import type { Fields } from './fields.ts';
import { matchesSelector, readSelector, type LabelSelector } from './label-selector.ts';
import { expressionCompiler, type Compile, type Expression } from './regular-expressions.ts';
import { quoted } from '../text.ts';

/** One way in to a ClusterSecretStore; a namespace that any of them admits may use the store. */
export interface NamespaceCondition {
  readonly namespaceSelector?: LabelSelector;
  readonly namespaces: readonly string[];
  readonly namespaceRegexes: readonly Expression[];
}

const compilePattern = (fields: Fields, pattern: string, compile: Compile): Expression[] => {
  const compiled = compile(pattern);
  if (compiled.ok) return [compiled.value];
  fields.reject('namespaceRegexes', `has ${quoted(pattern)}, which ${compiled.error}`);
  return [];
};

const readCondition = (fields: Fields, compile: Compile): NamespaceCondition => {
  const selector = fields.optionalObject('namespaceSelector');
  const namespaces = fields.strings('namespaces');
  const namespaceRegexes = fields
    .strings('namespaceRegexes')
    .flatMap((pattern) => compilePattern(fields, pattern, compile));
  fields.close();
  return {
    namespaces,
    namespaceRegexes,
    ...(selector === undefined ? {} : { namespaceSelector: readSelector(selector) }),
  };
};

export const readConditions = (conditions: readonly Fields[]): readonly NamespaceCondition[] => {
  const compile = expressionCompiler();
  return conditions.map((fields) => readCondition(fields, compile));
};

/**
 * Whether a store's conditions admit a namespace: none given, or any of them matches by selector, by name or by regular
 * expression (unanchored, as external-secrets reads them). `labels` is undefined where the namespace object is not known.
 */
export const admitsNamespace = (
  conditions: readonly NamespaceCondition[],
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
): boolean =>
  conditions.length === 0 ||
  conditions.some(
    ({ namespaceSelector, namespaces, namespaceRegexes }) =>
      namespaces.includes(namespace) ||
      namespaceRegexes.some((pattern) => pattern.test(namespace)) ||
      (namespaceSelector !== undefined && labels !== undefined && matchesSelector(namespaceSelector, labels)),
  );

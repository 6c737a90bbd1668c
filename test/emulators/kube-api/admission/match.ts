import { matchesLabels } from '../objects/selectors.ts';
import { recordsOf, textsOf, type KubeObject, type Resource } from '../objects/types.ts';
import { conditionsHold } from './match-conditions.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface MatchInput {
  readonly operation: Operation;
  readonly resource: Resource;
  readonly subresource?: string | undefined;
  readonly object: KubeObject;
  /** Labels of the object's namespace; none for what is in no namespace. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
}

const has = (list: unknown, wanted: string): boolean => {
  const texts = textsOf(list);
  return texts.includes('*') || texts.includes(wanted);
};

const ruleMatches = (
  rule: Record<string, unknown>,
  { operation, resource, subresource }: MatchInput,
): boolean => {
  const { scope = '*' } = rule;
  const path = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return (
    has(rule['operations'], operation) &&
    has(rule['apiGroups'], resource.group) &&
    has(rule['apiVersions'], resource.version) &&
    (has(rule['resources'], path) || has(rule['resources'], '*/*')) &&
    (scope === '*' || (scope === 'Namespaced') === resource.namespaced)
  );
};

/** Whether a webhook wants to see a request. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
export const webhookMatches = (webhook: Readonly<Record<string, unknown>>, input: MatchInput): boolean =>
  recordsOf(webhook['rules']).some((rule) => ruleMatches(rule, input)) &&
  (input.namespaceLabels === undefined ||
    matchesLabels(webhook['namespaceSelector'], input.namespaceLabels)) &&
  matchesLabels(webhook['objectSelector'], input.object.metadata.labels) &&
  conditionsHold(webhook, input.object);

import { conditionsHold, substitute } from './condition.ts';
import { listOf, statementsOf } from './document.ts';
import { wildcardMatches } from './wildcard.ts';
import type { ConditionContext } from './condition.ts';
import type { PolicyDocument, PolicyStatement } from './document.ts';

/** What somebody wants to do. */
export interface AccessRequest {
  /** `secretsmanager:GetSecretValue`. */
  readonly action: string;
  /** An ARN, or `*` for what concerns no resource. */
  readonly resource: string;
  readonly context: ConditionContext;
}

export type Verdict = 'allowed' | 'explicit-deny' | 'implicit-deny';

const actionFits = (patterns: readonly string[], action: string): boolean =>
  patterns.some((pattern) => wildcardMatches(pattern, action, true));

function resourceFits(patterns: readonly string[], { resource, context }: AccessRequest): boolean {
  // What concerns no resource is granted by `*` alone.
  if (resource === '*') return patterns.includes('*');
  return patterns.some((pattern) => {
    const text = substitute(pattern, context);
    return text !== undefined && wildcardMatches(text, resource);
  });
}

function statementFits(statement: PolicyStatement, request: AccessRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  if (Action !== undefined && !actionFits(listOf(Action), request.action)) return false;
  if (NotAction !== undefined && actionFits(listOf(NotAction), request.action)) return false;
  if (Resource !== undefined && !resourceFits(listOf(Resource), request)) return false;
  if (NotResource !== undefined && resourceFits(listOf(NotResource), request)) return false;
  return conditionsHold(Condition, request.context);
}

/** What statements say together: one that denies wins over all that allow. */
export function verdictOf(statements: readonly PolicyStatement[], request: AccessRequest): Verdict {
  const effects = statements.filter((one) => statementFits(one, request)).map((one) => one.Effect);
  if (effects.includes('Deny')) return 'explicit-deny';
  return effects.includes('Allow') ? 'allowed' : 'implicit-deny';
}

/** What identity policies say together (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). */
export const evaluate = (policies: readonly PolicyDocument[], request: AccessRequest): Verdict =>
  verdictOf(policies.flatMap(statementsOf), request);

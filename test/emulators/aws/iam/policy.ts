import { isJsonObject } from '../../shared/json.ts';
import { conditionOperators, operatorName } from './condition.ts';

const known = ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function statementProblem(statement: unknown): string | undefined {
  if (!isJsonObject(statement)) return 'a statement must be an object';
  const unknown = Object.keys(statement).find((name) => !known.includes(name));
  if (unknown !== undefined) return `a statement has no "${unknown}"`;
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny')
    return 'Effect must be Allow or Deny';
  if ((statement['Action'] === undefined) === (statement['NotAction'] === undefined))
    return 'a statement needs either Action or NotAction';
  const condition = statement['Condition'] ?? {};
  if (!isJsonObject(condition)) return 'Condition must be an object';
  const operator = Object.keys(condition).find((name) => !conditionOperators.has(operatorName(name)));
  return operator === undefined ? undefined : `the condition operator ${operator} is not known here`;
}

/** Why something is no policy that can be judged here; undefined where it is one. */
export function policyProblem(document: unknown): string | undefined {
  if (!isJsonObject(document)) return 'a policy must be an object';
  const statements: unknown[] = Array.isArray(document['Statement'])
    ? document['Statement']
    : [document['Statement']];
  return statements.map(statementProblem).find((problem) => problem !== undefined);
}

import { err, ok } from '../../../../lib/result.ts';
import { parseArn } from '../iam/arn.ts';
import { policyProblem } from '../iam/policy.ts';
import { refuse } from '../wire/answer.ts';
import { Constraints } from '../wire/constraints.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Rules } from '../wire/constraints.ts';

/** What both ways to assume a role are asked with. */
export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Undefined where the request leaves it to the service. */
  readonly durationSeconds: number | undefined;
  readonly policy: PolicyDocument | undefined;
}

const roleRules: Rules = { required: true, shortest: 20, longest: 2048 };
const sessionNameRules: Rules = { required: true, shortest: 2, longest: 64, pattern: '[\\w+=,.@-]*' };

export const invalid = (message: string): Outcome<never> => refuse(400, 'ValidationError', message);

const malformed = (message: string): Outcome<never> => refuse(400, 'MalformedPolicyDocument', message);

function durationOf(form: URLSearchParams): Outcome<number | undefined> {
  const text = form.get('DurationSeconds');
  if (text === null) return ok(undefined);
  if (!/^-?\d+$/.test(text)) return refuse(400, 'MalformedInput', 'Invalid Argument');
  return ok(Number(text));
}

function policyOf(form: URLSearchParams): Outcome<PolicyDocument | undefined> {
  const text = form.get('Policy');
  if (text === null) return ok(undefined);
  try {
    const document: unknown = JSON.parse(text);
    const problem = policyProblem(document);
    return problem === undefined ? ok(document as PolicyDocument) : malformed(problem);
  } catch {
    return malformed('Syntax errors in policy.');
  }
}

/** A field of a form; undefined where it was not sent. */
export const textOf = (form: URLSearchParams, name: string): string | undefined =>
  form.get(name) ?? undefined;

function isRoleArn(text: string): boolean {
  const arn = parseArn(text);
  return arn?.service === 'iam' && arn.resource.startsWith('role/');
}

/** Reads what both operations have; `check` adds what is the operation's own. */
export function readRoleRequest(
  form: URLSearchParams,
  check: (constraints: Constraints) => void = () => undefined,
): Outcome<RoleRequest> {
  const duration = durationOf(form);
  if (!duration.ok) return duration;
  const constraints = new Constraints();
  const [sessionName, roleArn] = [textOf(form, 'RoleSessionName'), textOf(form, 'RoleArn')];
  constraints.check('roleSessionName', sessionName, sessionNameRules);
  constraints.check('roleArn', roleArn, roleRules);
  constraints.check('durationSeconds', duration.value, { least: 900, most: 43_200 });
  check(constraints);
  if (constraints.message !== undefined) return invalid(constraints.message);
  if (roleArn === undefined || sessionName === undefined || !isRoleArn(roleArn))
    return invalid('Request ARN is invalid');
  const policy = policyOf(form);
  if (!policy.ok) return err(policy.error);
  return ok({ roleArn, sessionName, durationSeconds: duration.value, policy: policy.value });
}

/** The values of `Name.member.1`, `Name.member.2` and so on. */
export function members(form: URLSearchParams, name: string, part = ''): string[] {
  const values: string[] = [];
  for (let index = 1; form.has(`${name}.member.${index}${part}`); index += 1)
    values.push(form.get(`${name}.member.${index}${part}`) ?? '');
  return values;
}

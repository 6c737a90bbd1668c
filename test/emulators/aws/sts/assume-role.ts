import { ok } from '../../../../lib/result.ts';
import { callerContext } from '../iam/access.ts';
import { trustVerdict } from '../iam/trust.ts';
import { refuse } from '../wire/answer.ts';
import { readRoleRequest, textOf } from './parameters.ts';
import { durationOf, sessionResult } from './session-result.ts';
import { readSessionTags } from './session-tags.ts';
import type { ConditionContext } from '../iam/condition.ts';
import type { Role } from '../iam/role.ts';
import type { Caller } from '../sessions.ts';
import type { Outcome } from '../wire/answer.ts';
import type { XmlValue } from '../wire/query-protocol.ts';
import type { SessionTags } from './session-tags.ts';
import type { StsParts } from './sts.ts';

/** What the conditions of a trust policy can look at. */
function contextOf(caller: Caller, form: URLSearchParams, tags: SessionTags): ConditionContext {
  const requested = Object.entries(tags.requested);
  return {
    ...callerContext(caller),
    'sts:ExternalId': textOf(form, 'ExternalId'),
    'sts:RoleSessionName': textOf(form, 'RoleSessionName'),
    'sts:TransitiveTagKeys': tags.transitiveTagKeys.length > 0 ? tags.transitiveTagKeys : undefined,
    'aws:TagKeys': requested.length > 0 ? requested.map(([key]) => key) : undefined,
    ...Object.fromEntries(requested.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

interface Assumption {
  readonly role: Role;
  readonly caller: Caller;
  readonly context: ConditionContext;
  readonly parts: StsParts;
}

/**
 * Whether role and caller both allow an action. In the role's own account it is enough that its trust policy names the
 * caller; where it names the account, and for callers of other accounts, their own policies have to allow it besides.
 */
function allows({ role, caller, context, parts }: Assumption, action: string): boolean {
  const arns = [caller.arn, ...(caller.session === undefined ? [] : [caller.session.roleArn])];
  const principal = { kind: 'AWS', arns, account: caller.account } as const;
  const trust = trustVerdict(role.trust, principal, action, context);
  const own = parts.access.identityVerdict(caller, { action, resource: role.arn, context });
  if (trust.verdict !== 'allowed' || own === 'explicit-deny') return false;
  return own === 'allowed' || (role.account === caller.account && !trust.byAccount);
}

/** AssumeRole (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
export function assumeRole(form: URLSearchParams, caller: Caller, parts: StsParts): Outcome<XmlValue> {
  const externalId = textOf(form, 'ExternalId');
  const request = readRoleRequest(form, (constraints) => {
    constraints.check('externalId', externalId, { shortest: 2, longest: 1224, pattern: '[\\w+=,.@:\\/-]*' });
  });
  if (!request.ok) return request;
  const tags = readSessionTags(form, caller.session);
  if (!tags.ok) return tags;
  const { roleArn, sessionName, policy } = request.value;
  const denied = (action: string): Outcome<never> =>
    refuse(
      403,
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`,
    );
  const role = parts.roles.get(roleArn);
  if (role === undefined) return denied('sts:AssumeRole');
  const tagging = Object.keys(tags.value.all).length > 0;
  const actions = tagging ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'];
  const assumption = { role, caller, context: contextOf(caller, form, tags.value), parts };
  const refused = actions.find((action) => !allows(assumption, action));
  if (refused !== undefined) return denied(refused);
  const durationSeconds = durationOf(request.value, role, caller.session !== undefined);
  if (!durationSeconds.ok) return durationSeconds;
  const session = parts.callers.addSession({
    role,
    name: sessionName,
    durationSeconds: durationSeconds.value,
    tags: tags.value.all,
    transitiveTagKeys: tags.value.transitiveTagKeys,
    policy,
  });
  const packed = tagging || policy !== undefined ? { PackedPolicySize: 6 } : {};
  return ok({ ...sessionResult(session), ...packed });
}

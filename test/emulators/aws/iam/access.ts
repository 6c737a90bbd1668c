import { ok } from '../../../../lib/result.ts';
import { refuse } from '../wire/answer.ts';
import { evaluate } from './evaluate.ts';
import type { Caller } from '../sessions.ts';
import type { Outcome } from '../wire/answer.ts';
import type { ConditionContext } from './condition.ts';
import type { PolicyDocument } from './document.ts';
import type { AccessRequest, Verdict } from './evaluate.ts';
import type { Roles } from './role.ts';

/** What somebody wants to do with a resource, as they name it and as it is. */
export interface Attempt {
  readonly action: string;
  /** The ARN that policies are compared with, `*` for what concerns no resource. */
  readonly resource: string;
  /** How a refusal names it, where that is not by its ARN. */
  readonly shownAs?: string | undefined;
  readonly context?: ConditionContext;
}

const denyAll: PolicyDocument = { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } };

/** What sets callers apart in conditions. */
export function callerContext(caller: Caller): ConditionContext {
  const tags = Object.entries(caller.session?.tags ?? {});
  return {
    'aws:PrincipalArn': caller.session?.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.account,
    'aws:userid': caller.userId,
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

/** Decides by identity policies what callers may do. */
export class Access {
  readonly #roles: Roles;
  readonly #region: string;
  readonly #denied = new Set<string>();

  constructor(roles: Roles, region: string) {
    this.#roles = roles;
    this.#region = region;
  }

  /** Denies a role everything, whatever its policies say, until it is taken back. */
  denyRole(arn: string, denied: boolean): void {
    if (denied) this.#denied.add(arn);
    else this.#denied.delete(arn);
  }

  /** What a caller's policies say, without a session policy. */
  identityVerdict(caller: Caller, attempt: Attempt): Verdict {
    return evaluate(this.#policiesOf(caller), this.#request(caller, attempt));
  }

  /** Refuses what the caller's identity policies, or the session's own, do not allow. */
  authorize(caller: Caller, attempt: Attempt): Outcome<Caller> {
    const { action, resource, shownAs = resource } = attempt;
    const reason = this.#refusal(caller, attempt);
    if (reason === undefined) return ok(caller);
    const on = resource === '*' ? '' : ` on resource: ${shownAs}`;
    const message = `User: ${caller.arn} is not authorized to perform: ${action}${on} ${reason}`;
    return refuse(400, 'AccessDeniedException', message);
  }

  #refusal(caller: Caller, attempt: Attempt): string | undefined {
    const sessionPolicy = caller.session?.policy;
    const none = (kind: string): string => `because no ${kind} policy allows the ${attempt.action} action`;
    const identity = this.identityVerdict(caller, attempt);
    if (identity === 'explicit-deny') return 'with an explicit deny in an identity-based policy';
    if (identity === 'implicit-deny') return none('identity-based');
    if (sessionPolicy === undefined) return undefined;
    const session = evaluate([sessionPolicy], this.#request(caller, attempt));
    if (session === 'explicit-deny') return 'with an explicit deny in a session policy';
    return session === 'allowed' ? undefined : none('session');
  }

  #policiesOf({ policies, session }: Caller): readonly PolicyDocument[] {
    if (session === undefined) return policies;
    const own = this.#roles.get(session.roleArn)?.policies ?? [];
    return this.#denied.has(session.roleArn) ? [...own, denyAll] : own;
  }

  #request(caller: Caller, { action, resource, context }: Attempt): AccessRequest {
    return {
      action,
      resource,
      context: { ...callerContext(caller), 'aws:RequestedRegion': this.#region, ...context },
    };
  }
}

import { parseArn } from './arn.ts';
import { listOf, statementsOf } from './document.ts';
import { verdictOf } from './evaluate.ts';
import type { ConditionContext } from './condition.ts';
import type { PolicyDocument, PolicyStatement } from './document.ts';
import type { Verdict } from './evaluate.ts';

/** Who asks to assume a role. */
export type Principal =
  | { readonly kind: 'Federated'; readonly arn: string }
  | { readonly kind: 'Service'; readonly name: string }
  /** A session has its role's ARN besides its own. */
  | { readonly kind: 'AWS'; readonly arns: readonly string[]; readonly account: string };

/** How a trust policy means somebody: by themselves, or by their account, which leaves the rest to the account's own policies. */
export type TrustVerdict = { readonly verdict: Verdict; readonly byAccount: boolean };

const accountOf = (text: string): string | undefined => {
  if (/^\d{12}$/.test(text)) return text;
  const arn = parseArn(text);
  return arn?.resource === 'root' ? arn.account : undefined;
};

function names(statement: PolicyStatement, principal: Principal, byAccount: boolean): boolean {
  const block = statement.Principal;
  if (block === undefined) return false;
  if (block === '*') return principal.kind === 'AWS' && !byAccount;
  const listed = listOf(block[principal.kind]);
  if (principal.kind === 'Federated') return listed.includes(principal.arn);
  if (principal.kind === 'Service') return listed.includes(principal.name);
  if (byAccount) return listed.some((text) => accountOf(text) === principal.account);
  return listed.includes('*') || principal.arns.some((arn) => listed.includes(arn));
}

/** What a trust policy says to somebody's action, say `sts:AssumeRole`. */
export function trustVerdict(
  trust: PolicyDocument,
  principal: Principal,
  action: string,
  context: ConditionContext,
): TrustVerdict {
  const request = { action, resource: '*', context };
  const judge = (byAccount: boolean): Verdict =>
    verdictOf(
      statementsOf(trust).filter((statement) => names(statement, principal, byAccount)),
      request,
    );
  const [direct, account] = [judge(false), judge(true)];
  if (direct === 'explicit-deny' || account === 'explicit-deny')
    return { verdict: 'explicit-deny', byAccount: false };
  if (direct === 'allowed') return { verdict: 'allowed', byAccount: false };
  return { verdict: account, byAccount: true };
}

import { ok } from '../../../../lib/result.ts';
import { parseArn } from '../iam/arn.ts';
import { noSuchSecret } from './fields.ts';
import type { ConditionContext } from '../iam/condition.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Secret } from './secret.ts';
import type { SecretsCall } from './service.ts';

/** What conditions of a policy can look at in a secret. */
const contextOf = (id: string, secret: Secret | undefined): ConditionContext => ({
  'secretsmanager:SecretId': secret?.arn ?? id,
  ...Object.fromEntries(
    Object.entries(secret?.tags ?? {}).flatMap(([key, value]) => [
      [`secretsmanager:ResourceTag/${key}`, value],
      [`aws:ResourceTag/${key}`, value],
    ]),
  ),
});

/** The ARN that a name would have: policies that end in `-*` or `-??????` fit it. */
const madeUpArn = ({ caller, parts }: SecretsCall, id: string): string =>
  parseArn(id) === undefined
    ? `arn:aws:secretsmanager:${parts.region}:${caller.account}:secret:${id}-XXXXXX`
    : id;

/**
 * Finds the secret that a request names, for somebody who may do `operation` with it. What one may not do is denied whether
 * there is such a secret or not; a missing one is named as in the request.
 */
export function findSecret(
  call: SecretsCall,
  operation: string,
  id: string,
  context: ConditionContext = {},
): Outcome<Secret> {
  const { caller, parts } = call;
  const secret = parts.store.find(caller.account, id);
  const allowed = parts.access.authorize(caller, {
    action: `secretsmanager:${operation}`,
    resource: secret?.arn ?? madeUpArn(call, id),
    shownAs: secret?.arn ?? id,
    context: { ...contextOf(id, secret), ...context },
  });
  if (!allowed.ok) return allowed;
  // There are no resource policies, so another account's secrets are nobody's.
  if (secret?.account !== caller.account) return noSuchSecret();
  return ok(secret);
}

import { ok } from '../../../../lib/result.ts';
import { invalid } from './parameters.ts';
import type { Role } from '../iam/role.ts';
import type { Caller, Session } from '../sessions.ts';
import type { Outcome } from '../wire/answer.ts';
import type { XmlValue } from '../wire/query-protocol.ts';
import type { RoleRequest } from './parameters.ts';

const hour = 3600;

/** How long a session lasts, in seconds: as asked, an hour by default; refused where the role or role chaining allows less. */
export function durationOf(request: RoleRequest, role: Role, chained: boolean): Outcome<number> {
  const seconds = request.durationSeconds ?? hour;
  if (chained && seconds > hour)
    return invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  if (seconds > role.maxSessionDuration)
    return invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return ok(seconds);
}

/** The credentials and the user that both operations answer with. */
export function sessionResult(caller: Caller & { readonly session: Session }): Record<string, XmlValue> {
  const { accessKeyId, secretAccessKey, session, arn, userId } = caller;
  return {
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: session.token,
      Expiration: new Date(session.expiresAt).toISOString().replace('.000', ''),
    },
  };
}

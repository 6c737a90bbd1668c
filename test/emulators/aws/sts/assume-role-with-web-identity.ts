import { ok } from '../../../../lib/result.ts';
import { oidcProviderArn, parseArn } from '../iam/arn.ts';
import { trustVerdict } from '../iam/trust.ts';
import { refuse } from '../wire/answer.ts';
import { readRoleRequest, textOf } from './parameters.ts';
import { durationOf, sessionResult } from './session-result.ts';
import { providerName, verifyWebIdentity } from './web-identity.ts';
import type { Outcome } from '../wire/answer.ts';
import type { XmlValue } from '../wire/query-protocol.ts';
import type { Role } from '../iam/role.ts';
import type { StsParts } from './sts.ts';
import type { WebIdentity } from './web-identity.ts';

const action = 'sts:AssumeRoleWithWebIdentity';

/** Whether the role's trust policy lets the token's subject in. */
function trusts(role: Role, { provider, subject, audiences }: WebIdentity, sessionName: string): boolean {
  const name = providerName(provider);
  const arn = oidcProviderArn(role.account, name);
  const context = {
    'aws:FederatedProvider': arn,
    'sts:RoleSessionName': sessionName,
    [`${name}:sub`]: subject,
    [`${name}:aud`]: audiences,
  };
  return trustVerdict(role.trust, { kind: 'Federated', arn }, action, context).verdict === 'allowed';
}

/** Something as long as the token to put into an error. */
const masked = (token: string | undefined): string | undefined => token?.replaceAll(/./g, '*');

/** AssumeRoleWithWebIdentity (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html); not signed. */
export async function assumeRoleWithWebIdentity(
  form: URLSearchParams,
  parts: StsParts,
): Promise<Outcome<XmlValue>> {
  const token = textOf(form, 'WebIdentityToken');
  const request = readRoleRequest(form, (constraints) => {
    constraints.check('webIdentityToken', masked(token), { required: true, shortest: 4, longest: 20_000 });
  });
  if (!request.ok) return request;
  const { roleArn, sessionName, policy } = request.value;
  const providers = parseArn(roleArn)?.account === parts.account ? parts.providers : [];
  const identity = await verifyWebIdentity(token ?? '', providers, parts.clock.now());
  if (!identity.ok) return identity;
  const role = parts.roles.get(roleArn);
  if (role === undefined || !trusts(role, identity.value, sessionName))
    return refuse(403, 'AccessDenied', `Not authorized to perform ${action}`);
  const durationSeconds = durationOf(request.value, role, false);
  if (!durationSeconds.ok) return durationSeconds;
  const caller = parts.callers.addSession({
    role,
    name: sessionName,
    durationSeconds: durationSeconds.value,
    policy,
  });
  return ok({
    Audience: identity.value.audiences[0],
    ...sessionResult(caller),
    Provider: oidcProviderArn(role.account, providerName(identity.value.provider)),
    SubjectFromWebIdentityToken: identity.value.subject,
  });
}

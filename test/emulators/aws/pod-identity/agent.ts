import { decodeJwt } from 'jose';
import { err, ok } from '../../../../lib/result.ts';
import { isJsonObject } from '../../shared/json.ts';
import { isSignedBy } from '../../shared/keys.ts';
import { trustVerdict } from '../iam/trust.ts';
import type { JWTPayload } from 'jose';
import type { Clock } from '../../../../lib/clock.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { KeySource, RemoteKeySource } from '../../shared/keys.ts';
import type { WholeAnswer } from '../../shared/whole-answer.ts';
import type { Role, Roles } from '../iam/role.ts';
import type { Caller, Callers } from '../sessions.ts';

export interface PodIdentityParts {
  readonly clock: Clock;
  readonly roles: Roles;
  readonly callers: Callers;
  readonly keys: KeySource | RemoteKeySource;
  /** The cluster's own issuer. */
  readonly issuer: string;
  readonly clusterName: string;
  /** Whether the ServiceAccount and the pod that the claims name still exist. */
  readonly isLive: (claims: JsonObject) => boolean;
  /** Role ARNs by `namespace/ServiceAccount`. */
  readonly associations: ReadonlyMap<string, string>;
}

const audience = 'pods.eks.amazonaws.com';
const service = 'pods.eks.amazonaws.com';

/** Sessions of Pod Identity last six hours. */
const durationSeconds = 6 * 60 * 60;

interface AgentError {
  readonly status: number;
  readonly text: string;
}

const refuse = (status: number, text: string): Result<never, AgentError> => err({ status, text });

/** A refusal by the EKS Auth API as the agent passes it on. */
const refuseByApi = (status: number, code: string, message: string): Result<never, AgentError> =>
  refuse(status, `[${crypto.randomUUID()}]: (${code}): ${message}, fault: client`);

function parse(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** What the agent looks at before it asks: a token that can be read and has not expired. */
function readToken(token: string, now: number): Result<JWTPayload, AgentError> {
  if (token === '') return refuse(400, 'Service account token cannot be empty');
  const claims = parse(token);
  if (claims === undefined)
    return refuse(
      400,
      'Service account token cannot be parsed: token is malformed: token contains an invalid number of segments',
    );
  if ((claims.exp ?? Infinity) * 1000 <= now)
    return refuse(400, 'Service account token failed basic claim validations: token is expired');
  return ok(claims);
}

/** What the EKS Auth API looks at besides. */
async function verifyToken(
  token: string,
  claims: JWTPayload,
  parts: PodIdentityParts,
): Promise<Result<JWTPayload, AgentError>> {
  const invalid = (why: string): Result<never, AgentError> =>
    refuseByApi(400, 'InvalidTokenException', `The token included in the request is invalid: ${why}`);
  if (claims.iss !== parts.issuer) return invalid('it is of another issuer');
  if (![claims.aud ?? []].flat().includes(audience)) return invalid(`its audience is not ${audience}`);
  if (!(await isSignedBy(parts.keys, token))) return invalid('its signature does not verify');
  if (!parts.isLive(claims)) return invalid('its pod or ServiceAccount is gone');
  return ok(claims);
}

interface PodClaims {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pod: string;
  readonly podUid: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function podOf(claims: JWTPayload): PodClaims {
  const kubernetes = isJsonObject(claims['kubernetes.io']) ? claims['kubernetes.io'] : {};
  const [account, pod] = [kubernetes['serviceaccount'], kubernetes['pod']].map((one) =>
    isJsonObject(one) ? one : {},
  );
  return {
    namespace: text(kubernetes['namespace']),
    serviceAccount: text(account?.['name']),
    pod: text(pod?.['name']),
    podUid: text(pod?.['uid']),
  };
}

/** The session tags that roles can tell pods apart by. */
const tagsOf = (pod: PodClaims, clusterName: string): Record<string, string> => ({
  'eks-cluster-name': clusterName,
  'kubernetes-namespace': pod.namespace,
  'kubernetes-service-account': pod.serviceAccount,
  'kubernetes-pod-name': pod.pod,
  'kubernetes-pod-uid': pod.podUid,
});

function roleOf(pod: PodClaims, parts: PodIdentityParts): Result<Role, AgentError> {
  const arn = parts.associations.get(`${pod.namespace}/${pod.serviceAccount}`);
  if (arn === undefined)
    return refuseByApi(
      404,
      'ResourceNotFoundException',
      `No pod identity association found for the service account ${pod.serviceAccount} in namespace ${pod.namespace}.`,
    );
  const role = parts.roles.get(arn);
  const trusted = (action: string): boolean =>
    role !== undefined &&
    trustVerdict(role.trust, { kind: 'Service', name: service }, action, {}).verdict === 'allowed';
  if (role === undefined || !trusted('sts:AssumeRole') || !trusted('sts:TagSession'))
    return refuseByApi(
      400,
      'InvalidRequestException',
      `Trust policy for the role ${arn} must allow sts:AssumeRole and sts:TagSession for the ${service} service principal.`,
    );
  return ok(role);
}

const answer = (status: number, contentType: string, body: string): WholeAnswer => ({
  status,
  headers: { 'content-type': contentType },
  text: body,
});

/**
 * Answers as the EKS Pod Identity agent on a node, and the EKS Auth API behind it: credentials for the token in
 * `Authorization` (https://github.com/aws/eks-pod-identity-agent, `pkg/handlers`). The caller is told to `seen`.
 */
export async function handlePodIdentity(
  request: { readonly method: string; readonly path: string; readonly token: string },
  parts: PodIdentityParts,
  seen: (caller: Caller) => void,
): Promise<WholeAnswer> {
  if (request.path !== '/v1/credentials')
    return answer(404, 'text/plain; charset=utf-8', '404 page not found\n');
  const session = await openSession(request.token, parts);
  if (!session.ok)
    return answer(session.error.status, 'text/plain; charset=utf-8', `${session.error.text}\n`);
  seen(session.value);
  const { accessKeyId, secretAccessKey, account } = session.value;
  const { token = '', expiresAt = 0 } = session.value.session ?? {};
  const body = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: token,
    AccountId: account,
    Expiration: new Date(expiresAt).toISOString().replace('.000', ''),
  };
  return answer(200, 'application/json', JSON.stringify(body));
}

async function openSession(token: string, parts: PodIdentityParts): Promise<Result<Caller, AgentError>> {
  const read = readToken(token, parts.clock.now());
  if (!read.ok) return read;
  const verified = await verifyToken(token, read.value, parts);
  if (!verified.ok) return verified;
  const pod = podOf(verified.value);
  const role = roleOf(pod, parts);
  if (!role.ok) return role;
  const tags = tagsOf(pod, parts.clusterName);
  // The session's name is made of the cluster's, the pod's and a random part.
  const name = `eks-${parts.clusterName}-${pod.pod}-${crypto.randomUUID()}`.slice(0, 64);
  const input = { role: role.value, name, durationSeconds, tags, transitiveTagKeys: Object.keys(tags) };
  return ok(parts.callers.addSession(input));
}

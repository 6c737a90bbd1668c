import { brokerAudience } from '../../lib/broker/names.ts';
import { ask, type Asking } from '../../lib/kube/ask.ts';
import type { KubeFailure } from '../../lib/kube/failure.ts';
import { isRecord } from '../../lib/kube/object.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { denied, unauthenticated, type Caller, type Refused } from './identity.ts';

/** What the API server says of a token: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
interface ReviewStatus {
  readonly authenticated: boolean;
  readonly username: string;
  readonly audiences: readonly unknown[];
  readonly extra: Readonly<Record<string, unknown>>;
}

const path = '/apis/authentication.k8s.io/v1/tokenreviews';
const kindOf = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' } as const;
const extraPrefix = 'authentication.kubernetes.io/';
const serviceAccountName = /^system:serviceaccount:([^:]+):([^:]+)$/;

const parseReview = (body: unknown): ReviewStatus | undefined => {
  const status = isRecord(body) && body['kind'] === kindOf.kind ? body['status'] : undefined;
  if (!isRecord(status)) return undefined;
  const user = isRecord(status['user']) ? status['user'] : {};
  return {
    authenticated: status['authenticated'] === true,
    username: typeof user['username'] === 'string' ? user['username'] : '',
    audiences: Array.isArray(status['audiences']) ? status['audiences'] : [],
    extra: isRecord(user['extra']) ? user['extra'] : {},
  };
};

/** Values of `extra` are lists; a claim of the token is a list of one. */
const extraText = ({ extra }: ReviewStatus, name: string): string | undefined => {
  const values = extra[`${extraPrefix}${name}`];
  return Array.isArray(values) && values.length === 1 && typeof values[0] === 'string' && values[0] !== ''
    ? values[0]
    : undefined;
};

const judge = (status: ReviewStatus): Result<Omit<Caller, 'expiresAt'>, Refused> => {
  if (!status.authenticated)
    return err(
      unauthenticated(
        'the API server does not know the token: it is forged, or ended with its pod or account',
      ),
    );
  // An API server that knows nothing of audiences says nothing of them, and has not looked at them.
  if (!status.audiences.includes(brokerAudience))
    return err(unauthenticated('the API server does not vouch for the audience of the token'));
  const [, namespace, serviceAccount] = serviceAccountName.exec(status.username) ?? [];
  if (namespace === undefined || serviceAccount === undefined)
    return err(unauthenticated('the token is not the token of a ServiceAccount'));
  const name = extraText(status, 'pod-name');
  const uid = extraText(status, 'pod-uid');
  if (name === undefined || uid === undefined)
    return err(
      denied(
        'the token is not bound to a pod; the broker takes the tokens that the kubelet projects into pods',
      ),
    );
  return ok({ namespace, serviceAccount, pod: { name, uid } });
};

/** Asks the API server whose a token is, for the broker's audience alone. */
export const reviewToken = async (
  asking: Asking,
  token: Redacted<string>,
): Promise<Result<Result<Omit<Caller, 'expiresAt'>, Refused>, KubeFailure>> => {
  const text = JSON.stringify({ ...kindOf, spec: { token: token.reveal(), audiences: [brokerAudience] } });
  const body = { contentType: 'application/json', text };
  const answer = await ask(asking, { method: 'POST', path, body }, parseReview);
  return answer.ok ? ok(judge(answer.value)) : answer;
};

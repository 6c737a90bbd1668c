import type { Answer } from '../requests/answer.ts';
import { isRecord, textOr, textsOf } from '../objects/types.ts';
import { refuse } from '../requests/status.ts';
import type { TokenVerifier } from './verify.ts';

/**
 * Answers a TokenReview. A token that is nobody's is an answer like any other, with the reason in `status.error`.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
 */
export const reviewToken = async (verifier: TokenVerifier, body: unknown): Promise<Answer> => {
  const spec = isRecord(body) && isRecord(body['spec']) ? body['spec'] : {};
  const token = textOr(spec['token'], '');
  if (token === '') throw refuse(400, 'token is required for TokenReview in authentication');
  const audiences = textsOf(spec['audiences']);
  const verified = await verifier.verify(token, audiences);
  const status =
    verified.kind === 'refused'
      ? { user: {}, error: verified.message }
      : {
          authenticated: true,
          user: {
            username: verified.user.name,
            uid: verified.user.uid,
            groups: verified.user.groups,
            extra: verified.user.extra,
          },
          audiences: verified.audiences,
        };
  return {
    code: 201,
    body: {
      kind: 'TokenReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { creationTimestamp: null },
      spec: { token, ...(audiences.length > 0 && { audiences }) },
      status,
    },
  };
};

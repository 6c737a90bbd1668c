import { randomUUID } from 'node:crypto';

/** A named object with its uid, as tokens refer to pods, nodes and ServiceAccounts. */
export interface ObjectReference {
  readonly name: string;
  readonly uid: string;
}

/** The same where there may be no uid: a node that has no object, say. */
export interface OptionalReference {
  readonly name: string;
  readonly uid?: string;
}

/** What the `kubernetes.io` claim of a token says. */
export interface KubernetesClaim {
  readonly namespace: string;
  readonly serviceaccount: ObjectReference;
  readonly pod?: ObjectReference;
  readonly node?: OptionalReference;
  /** Seconds since the epoch from which the API server warns about a token that it made to last longer than asked. */
  readonly warnafter?: number;
}

/** The claims of a ServiceAccount token. Times are in seconds since the epoch. */
export interface ServiceAccountClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly 'kubernetes.io': KubernetesClaim;
}

export interface ClaimsInput {
  readonly issuer: string;
  readonly namespace: string;
  readonly serviceAccount: ObjectReference;
  readonly audiences: readonly string[];
  /** Seconds that the token lasts. */
  readonly expirationSeconds: number;
  /** The API server's own audience: tokens for it alone are made to last a year under the rule below. */
  readonly apiAudience: string;
  /** Now, in milliseconds since the epoch. */
  readonly now: number;
  readonly pod?: ObjectReference | undefined;
  readonly node?: OptionalReference | undefined;
}

/** What the kubelet asks for when it projects the token that every pod gets. */
const extendedRequestSeconds = 3607;
const yearSeconds = 365 * 24 * 60 * 60;

/**
 * The claims that kube-apiserver signs for a TokenRequest. A pod-bound token for the API server itself that is asked for
 * with exactly 3607 seconds lasts a year and carries `warnafter`
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/serviceaccount/storage/token.go).
 */
export function serviceAccountClaims(input: ClaimsInput): ServiceAccountClaims {
  const { namespace, serviceAccount, pod, node, expirationSeconds } = input;
  const now = Math.floor(input.now / 1000);
  const extended =
    pod !== undefined &&
    expirationSeconds === extendedRequestSeconds &&
    input.audiences.every((audience) => audience === input.apiAudience);
  return {
    iss: input.issuer,
    sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    aud: input.audiences,
    exp: now + (extended ? yearSeconds : expirationSeconds),
    iat: now,
    nbf: now,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace,
      serviceaccount: serviceAccount,
      ...(pod === undefined ? {} : { pod }),
      ...(node === undefined ? {} : { node }),
      ...(extended ? { warnafter: now + expirationSeconds } : {}),
    },
  };
}

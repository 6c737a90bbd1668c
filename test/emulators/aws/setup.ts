import { providerName } from './sts/web-identity.ts';
import type { KeySource, RemoteKeySource } from '../shared/keys.ts';
import type { JsonObject } from '../shared/json.ts';
import type { ConditionBlock, PolicyDocument } from './iam/document.ts';
import type { RoleSetup } from './iam/role.ts';
import type { UserSetup } from './sessions.ts';

/** What a secret holds: text, an object as JSON, or bytes in base64. */
export type SecretContent = string | { readonly json: JsonObject } | { readonly binary: string };

export interface SecretOptions {
  readonly value: SecretContent;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The account that it belongs to, if it is another one. */
  readonly account?: string | undefined;
}

export type SecretSetup = SecretContent | SecretOptions;

export interface OidcSetup {
  /** `sts.amazonaws.com` by default. */
  readonly audiences?: readonly string[] | undefined;
  /** The server's own by default. */
  readonly keys?: KeySource | RemoteKeySource | undefined;
}

/** What an account holds. */
export interface AwsSetup {
  /** 12 digits; `111122223333` by default. */
  readonly account?: string | undefined;
  /** `eu-central-1` by default. */
  readonly region?: string | undefined;
  /** The OpenID Connect providers, by issuer; `https://kubernetes.default.svc` by default. */
  readonly oidcProviders?: Readonly<Record<string, OidcSetup>> | undefined;
  /** By name (with its path), or by ARN for roles of other accounts. */
  readonly roles?: Readonly<Record<string, RoleSetup>> | undefined;
  /** IAM users with keys that do not expire, by name. */
  readonly users?: Readonly<Record<string, UserSetup>> | undefined;
  /** By name. */
  readonly secrets?: Readonly<Record<string, SecretSetup>> | undefined;
  /** The role of EKS Pod Identity, by `namespace/ServiceAccount`. */
  readonly podIdentity?: Readonly<Record<string, string>> | undefined;
}

export const defaultIssuer = 'https://kubernetes.default.svc';

export interface ServiceAccountTrust {
  /** `*` and `?` are wildcards. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The account that has the provider; `111122223333` by default. */
  readonly account?: string;
  readonly issuer?: string;
}

/** The trust policy that eksctl and the guides write for a role of a ServiceAccount. */
export function trustServiceAccount(who: ServiceAccountTrust): PolicyDocument {
  const { namespace, serviceAccount, account = '111122223333', issuer = defaultIssuer } = who;
  const provider = providerName({ issuer });
  const subject = `system:serviceaccount:${namespace}:${serviceAccount}`;
  const operator = /[*?]/.test(subject) ? 'StringLike' : 'StringEquals';
  const conditions: Record<string, Record<string, string>> = {
    StringEquals: { [`${provider}:aud`]: 'sts.amazonaws.com' },
  };
  conditions[operator] = { ...conditions[operator], [`${provider}:sub`]: subject };
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: conditions,
    },
  };
}

/** A trust policy that lets other roles (by ARN) in, and lets them tag their sessions. */
export const trustRoles = (arns: readonly string[], condition?: ConditionBlock): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: arns },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    ...(condition === undefined ? {} : { Condition: condition }),
  },
});

/** The trust policy of roles that EKS Pod Identity hands out. */
export const trustPodIdentity: PolicyDocument = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  },
};

/** A policy that allows some actions (`secretsmanager:GetSecretValue` by default) on some resources. */
export const allow = (
  resources: readonly string[],
  actions: readonly string[] = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: actions, Resource: resources },
});

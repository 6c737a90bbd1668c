import { given } from '../given.ts';
import type { AwsStorePlan } from '../plan.ts';
import type { AwsStore } from '../stores/aws.ts';
import { isRoleArn, notARole, type AwsRoles } from '../stores/aws-roles.ts';
import { storeTags, type SessionTag } from '../stores/aws-session-tags.ts';
import type { Store } from '../stores/store.ts';
import { quoted } from '../text.ts';
import type { Identity } from './identity.ts';

/** As whom an AWS store is read, with a ServiceAccount's token. */
export interface AwsLogin extends Pick<AwsStorePlan['auth'], 'podIdentity' | 'roles' | 'sessionName'> {
  /** Audience of the projected token. */
  readonly audience: string;
}

export interface AwsLoginFindings {
  readonly login: AwsLogin;
  readonly issues: readonly {
    readonly code: 'unknown_service_account' | 'invalid_service_account';
    readonly message: string;
  }[];
  readonly warnings: readonly string[];
}

/** What EKS's own webhook reads too: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
export const roleAnnotation = 'eks.amazonaws.com/role-arn';
const audienceAnnotation = 'eks.amazonaws.com/audience';
const defaultAudience = 'sts.amazonaws.com';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html; names of Kubernetes are within its characters. */
const longestSessionName = 64;

const sessionName = ({ namespace, serviceAccount }: Identity): string =>
  `keyferry-${namespace}-${serviceAccount}`.slice(0, longestSessionName);

const sessionTags = ({ tags }: AwsRoles, store: Store, namespace: string): readonly SessionTag[] => {
  const all = [...tags.own, ...(tags.ofStore ? storeTags(store, namespace) : [])];
  return all.sort((a, b) => (a.key < b.key ? -1 : 1));
};

/** The store's own role with what is said when it is assumed from another one. */
const lastRole = (roles: AwsRoles, store: Store, namespace: string): AwsLogin['roles'] => {
  const { role, externalId, tags } = roles;
  if (role === undefined) return [];
  const said = sessionTags(roles, store, namespace);
  return [
    {
      arn: role,
      ...given({
        externalId,
        sessionTags: said.length === 0 ? undefined : [...said],
        transitiveTagKeys: tags.transitiveKeys.length === 0 ? undefined : [...tags.transitiveKeys],
      }),
    },
  ];
};

/** External id and session tags cannot be said with a token: they take a role that assumes the store's. */
const saysMore = ({ externalId, tags }: AwsRoles): boolean =>
  externalId !== undefined || tags.ofStore || tags.own.length > 0;

/** Whether the pod's token assumes the store's role itself, with no role before it. */
const isDirect = (roles: AwsRoles): boolean =>
  roles.role !== undefined && roles.additionalRoles.length === 0 && !saysMore(roles);

/** The ServiceAccount's role comes first. Where the store names it first itself, it is assumed once. */
const chain = (
  roles: AwsRoles,
  annotated: string | undefined,
  last: AwsLogin['roles'],
): AwsLogin['roles'] => {
  const before =
    annotated === undefined || roles.additionalRoles[0] === annotated
      ? roles.additionalRoles
      : [annotated, ...roles.additionalRoles];
  return [...before.map((arn) => ({ arn })), ...last];
};

/** The API server may cut a warning at 256 characters, so they name no ARNs. */
const warningsOf = (roles: AwsRoles, annotated: string | undefined, account: string): readonly string[] => {
  if (isDirect(roles)) {
    return annotated === undefined || annotated === roles.role
      ? []
      : [
          `spec.provider.aws.role is assumed with the pod's token, and not from the role of ServiceAccount ${account}; name that in additionalRoles to go through it`,
        ];
  }
  if (annotated !== undefined || roles.additionalRoles.length > 0) return [];
  const takes = `it takes EKS Pod Identity for ServiceAccount ${account}, or its annotation ${roleAnnotation}`;
  return roles.role === undefined
    ? [`no role is named: ${takes}, or spec.provider.aws.role`]
    : [`externalID and session tags are said by a role that assumes another: ${takes}`];
};

const issuesOf = (roles: AwsRoles, identity: Identity, account: string): AwsLoginFindings['issues'] => {
  if (isDirect(roles)) return [];
  if (identity.annotations === undefined) {
    const message = `ServiceAccount ${account} is not known, and its annotation ${roleAnnotation} says which role the pod has in AWS; create it, or set spec.provider.aws.role`;
    return [{ code: 'unknown_service_account', message }];
  }
  const annotated = identity.annotations[roleAnnotation] ?? '';
  if (annotated === '' || isRoleArn(annotated)) return [];
  const message = `the annotation ${roleAnnotation} of ServiceAccount ${account} ${notARole(annotated)}`;
  return [{ code: 'invalid_service_account', message }];
};

/** The roles that a key of AWS assumes to read a store, and what CloudTrail calls the sessions. */
export const awsKeyLogin = (
  store: Store,
  { roles }: AwsStore,
  identity: Identity,
): Pick<AwsLogin, 'roles' | 'sessionName'> => ({
  roles: chain(roles, undefined, lastRole(roles, store, identity.namespace)),
  sessionName: sessionName(identity),
});

/**
 * The roles that a pod assumes to read a store, one from the other: the one that its ServiceAccount is annotated with, the store's
 * `additionalRoles`, and the store's `role`. Where the store has a `role` and nothing that only a chain can do, that role is
 * assumed directly with the pod's token.
 */
export const awsLogin = (store: Store, aws: AwsStore, identity: Identity): AwsLoginFindings => {
  const { roles } = aws;
  const account = quoted(`${identity.namespace}/${identity.serviceAccount}`);
  const annotated = identity.annotations?.[roleAnnotation] || undefined;
  const last = lastRole(roles, store, identity.namespace);
  const issues = issuesOf(roles, identity, account);
  return {
    login: {
      audience: aws.audience ?? (identity.annotations?.[audienceAnnotation] || defaultAudience),
      podIdentity: annotated === undefined,
      roles: isDirect(roles) ? last : chain(roles, annotated, last),
      sessionName: sessionName(identity),
    },
    issues,
    warnings: issues.length > 0 ? [] : warningsOf(roles, annotated, account),
  };
};

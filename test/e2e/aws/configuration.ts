import { allow, trustRoles, trustServiceAccount } from '../../emulators/aws/setup.ts';
import { testNamespacePrefix } from '../cluster/preflight.ts';
import { clusterKeys } from '../stand-ins/manifests.ts';
import { serviceAccount } from '../vault/configuration.ts';

const account = '111122223333';
export const region = 'eu-central-1';
/** Secrets below this word are the roles' to read; all others are not. */
const openSecrets = 'payments';

/** The role that trusts the apps' ServiceAccount. */
export const podRole = `arn:aws:iam::${account}:role/payments-api`;
/** A role that trusts only the one above, and only with this external id. */
export const partnerRole = `arn:aws:iam::${account}:role/partner`;
export const externalId = 'keyferry-e2e';

/** What there is from the start; the values are replaced by each scenario. */
export const secretNames = {
  example: `${openSecrets}/fraud-feed`,
  rotation: `${openSecrets}/rotation/feed`,
  chain: `${openSecrets}/chain/feed`,
  template: `${openSecrets}/template/feed`,
  outage: `${openSecrets}/outage/feed`,
  batch: [1, 2, 3].map((number) => `${openSecrets}/batch/feed-${number}`),
  closed: 'closed/feed',
};

const initial = { json: { token: 'not yet written' } };

/** Tokens are checked with the keys and the issuer that the cluster itself publishes. */
export const awsConfiguration = (options: {
  readonly adminToken: string;
  readonly host: string;
  /** The cluster's issuer of ServiceAccount tokens. */
  readonly issuer: string;
}): object => {
  const { adminToken, host, issuer } = options;
  const actions = ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue'];
  const policy = [
    allow([`arn:aws:secretsmanager:${region}:${account}:secret:${openSecrets}/*`], actions.slice(0, 1)),
    allow(['*'], actions.slice(1)),
  ];
  const trust = trustServiceAccount({ namespace: `${testNamespacePrefix}*`, serviceAccount, issuer });
  return {
    account,
    region,
    adminToken,
    dnsNames: [host, '127.0.0.1'],
    keys: clusterKeys,
    oidcProviders: { [issuer]: {} },
    roles: {
      'payments-api': {
        trust,
        policy: [...policy, allow([partnerRole], ['sts:AssumeRole', 'sts:TagSession'])],
      },
      partner: {
        trust: trustRoles([podRole], { StringEquals: { 'sts:ExternalId': externalId } }),
        policy,
      },
    },
    secrets: Object.fromEntries(
      Object.values(secretNames)
        .flat()
        .map((name) => [name, initial]),
    ),
  };
};

import { given } from '../given.ts';
import type { AwsStorePlan } from '../plan.ts';
import type { AwsAccessKey, AwsStore } from '../stores/aws.ts';
import type { Store } from '../stores/store.ts';
import { awsKeyLogin, awsLogin } from './aws-login.ts';
import type { AwsConnection } from './connection.ts';
import type { Identity } from './identity.ts';
import { tokenFor, type TokenProjection } from './token.ts';

/** As long as EKS's own webhook has it; STS takes the token at each log-in, once an hour. */
const tokenSeconds = 3600;

const addressOf = (
  { region, secretsManagerEndpoint, stsEndpoint, caBundle, prefix }: AwsStore,
  allowHttp: boolean,
): Omit<AwsStorePlan, 'auth'> => ({
  type: 'aws',
  region,
  allowHttp,
  ...given({ secretsManagerEndpoint, stsEndpoint, caBundle }),
  prefix,
});

/** What is known of a store and of whoever reads it. */
export interface AwsReading {
  readonly store: Store;
  readonly aws: AwsStore;
  readonly identity: Identity;
  readonly allowHttp: boolean;
}

/** An AWS account that a ServiceAccount's token opens, or EKS Pod Identity. */
export const awsWithToken = ({
  store,
  aws,
  identity,
  allowHttp,
}: AwsReading): { readonly provider: AwsStorePlan; readonly token: TokenProjection } => {
  const { audience, podIdentity, roles, sessionName } = awsLogin(store, aws, identity).login;
  const token = tokenFor(audience, tokenSeconds);
  return {
    provider: {
      ...addressOf(aws, allowHttp),
      auth: { token: token.name, podIdentity, roles: [...roles], sessionName },
    },
    token,
  };
};

/** An AWS account that a key of the broker's opens. */
export const awsWithKey = (
  { store, aws, identity, allowHttp }: AwsReading,
  accessKey: AwsAccessKey,
): AwsConnection => {
  const { roles, sessionName } = awsKeyLogin(store, aws, identity);
  return { ...addressOf(aws, allowHttp), auth: { ...accessKey, roles: [...roles], sessionName } };
};

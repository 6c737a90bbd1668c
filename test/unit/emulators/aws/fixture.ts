import { Agent } from 'node:https';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach } from '@jest/globals';
import { startAwsServer } from '../../../emulators/aws/server.ts';
import { allow, trustPodIdentity, trustRoles, trustServiceAccount } from '../../../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { makeServerCertificate } from '../../../emulators/shared/certificate.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import type { GetSecretValueCommandInput } from '@aws-sdk/client-secrets-manager';
import type { AssumeRoleCommandInput, Credentials } from '@aws-sdk/client-sts';
import type { AwsServer, AwsServerOptions } from '../../../emulators/aws/server.ts';
import type { AwsSetup } from '../../../emulators/aws/setup.ts';
import type { TokenRequest } from '../../../emulators/issuer/issuer.ts';

export const account = '111122223333';
export const region = 'eu-central-1';

export const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
export const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

const service = { namespace: 'payments', serviceAccount: 'payments-api' };

/** A payments team: a role for its ServiceAccount, one that is chained from it, one of EKS Pod Identity. */
export const payments: AwsSetup = {
  roles: {
    'payments-api': {
      trust: trustServiceAccount(service),
      policy: allow([secretArn('payments/*')]),
    },
    shared: {
      trust: trustRoles([roleArn('payments-api')], { StringEquals: { 'sts:ExternalId': 'keyferry' } }),
      policy: allow(['*'], ['secretsmanager:*']),
      maxSessionDuration: 43_200,
    },
    'payments-pod': { trust: trustPodIdentity, policy: allow([secretArn('payments/*')]) },
  },
  users: {
    admin: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      policy: allow(['*'], ['*']),
    },
  },
  secrets: {
    'payments/fraud-feed': { json: { api_key: 'first' } },
    'payments/certificate': { binary: Buffer.from([0, 1, 2, 255]).toString('base64') },
    'other/db': 'not for payments',
  },
  podIdentity: { 'payments/payments-api': 'payments-pod' },
};

/** What the SDK's clients sign with. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const admin: Keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

export const keysOf = (credentials: Credentials | undefined): Keys => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
});

/** An AWS with its cluster's issuer, on a clock that stands still. */
export interface Fixture {
  readonly clock: ManualClock;
  readonly issuer: ServiceAccountIssuer;
  readonly aws: AwsServer;
  /** A token of the payments team's ServiceAccount for STS. */
  readonly token: (request?: Partial<TokenRequest>) => Promise<string>;
  /** The SDK's clients, on the server's clock, without retries. */
  readonly sts: (keys?: Keys, options?: ClientOptions) => STSClient;
  readonly secrets: (keys: Keys, options?: ClientOptions) => SecretsManagerClient;
  /** Credentials of a role by web identity. */
  readonly assume: (role?: string, token?: string, seconds?: number) => Promise<Keys>;
  /** Credentials of a role from another. */
  readonly chain: (keys: Keys, role: string, over?: Partial<AssumeRoleCommandInput>) => Promise<Keys>;
  readonly read: (
    keys: Keys,
    id: string,
    over?: Partial<GetSecretValueCommandInput>,
  ) => Promise<string | undefined>;
}

export interface ClientOptions {
  readonly region?: string;
  readonly endpoint?: string;
  /** Milliseconds that the client's clock is ahead of the server's. */
  readonly ahead?: number;
  readonly maxAttempts?: number;
}

// Making keys takes longer than everything else here.
const certificate = await makeServerCertificate(['localhost', '127.0.0.1'], Date.now());
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts an AWS that ends with the test. */
export async function startFixture(options: AwsServerOptions = {}): Promise<Fixture> {
  const clock = new ManualClock();
  const issuer = await ServiceAccountIssuer.create({ keyType: 'ec', clock });
  const aws = await startAwsServer({
    clock,
    certificate,
    keys: () => issuer.jwks(),
    isLive: (claims) => issuer.isLive(claims),
    setup: payments,
    ...options,
  });
  closers.push(() => aws.close());
  const httpsAgent = new Agent({ ca: aws.caPem });
  closers.push(() => {
    httpsAgent.destroy();
  });
  const client = (keys: Keys, { ahead = 0, ...over }: ClientOptions = {}) => ({
    region,
    endpoint: aws.url,
    credentials: keys,
    maxAttempts: 1,
    requestHandler: { httpsAgent },
    systemClockOffset: clock.now() - Date.now() + ahead,
    ...over,
  });
  const token: Fixture['token'] = async (request = {}) =>
    (await issuer.issue({ ...service, audiences: ['sts.amazonaws.com'], ...request })).token;
  const sts: Fixture['sts'] = (keys = admin, over) => new STSClient(client(keys, over));
  const secrets: Fixture['secrets'] = (keys, over) => new SecretsManagerClient(client(keys, over));
  const assume: Fixture['assume'] = async (role = 'payments-api', jwt, seconds) => {
    const input = {
      RoleArn: roleArn(role),
      RoleSessionName: 'session',
      WebIdentityToken: jwt ?? (await token()),
      DurationSeconds: seconds,
    };
    return keysOf((await sts().send(new AssumeRoleWithWebIdentityCommand(input))).Credentials);
  };
  const chain: Fixture['chain'] = async (keys, role, over = {}) => {
    const input = {
      RoleArn: roleArn(role),
      RoleSessionName: 'chained',
      ExternalId: 'keyferry',
      ...over,
    };
    return keysOf((await sts(keys).send(new AssumeRoleCommand(input))).Credentials);
  };
  const read: Fixture['read'] = async (keys, id, over = {}) =>
    (await secrets(keys).send(new GetSecretValueCommand({ SecretId: id, ...over }))).SecretString;
  return { clock, issuer, aws, token, sts, secrets, assume, chain, read };
}

/** What a refused request of the SDK said: `status code: message`. */
export async function refusal(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'not refused';
  } catch (error) {
    const { name, message, $metadata } = error as Error & {
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    return `${$metadata?.httpStatusCode ?? 0} ${name}: ${message}`;
  }
}

/** An id of a version. */
export const id = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;

export const marked =
  "400 InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";
export const missing = "400 ResourceNotFoundException: Secrets Manager can't find the specified secret.";

import { afterEach } from '@jest/globals';
import { given } from '../../lib/given.ts';
import type { Logger } from '../../lib/log.ts';
import type { AwsStorePlan, PlanSource, PlanStore } from '../../lib/plan.ts';
import { Redacted } from '../../lib/redacted.ts';
import { openAws } from '../../providers/aws/open.ts';
import type { PodIdentity, Provider, ReadOutcome } from '../../providers/provider.ts';
import { startAwsServer, type AwsServer } from '../emulators/aws/server.ts';
import {
  allow,
  trustPodIdentity,
  trustRoles,
  trustServiceAccount,
  type AwsSetup,
} from '../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { awsAt } from '../support/stand-in-connections.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A text that no log, error or record may have in any form. */
export const canary = 'c4nary/ü+val ue';

export const roleArn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

const secretArns = (name: string): string =>
  `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}`;

export const getSecretValue = ['secretsmanager:GetSecretValue'];
const batches = allow(['*'], ['secretsmanager:BatchGetSecretValue']);
const appTrust = trustServiceAccount({ namespace: 'payments', serviceAccount: 'app' });

const setup: AwsSetup = {
  roles: {
    app: { trust: appTrust, policy: [allow([secretArns('payments/*')], getSecretValue), batches] },
    single: { trust: appTrust, policy: allow([secretArns('payments/*')], getSecretValue) },
    entry: { trust: appTrust, policy: allow(['*'], ['sts:AssumeRole', 'sts:TagSession']) },
    middle: {
      trust: trustRoles([roleArn('entry')]),
      policy: allow(['*'], ['sts:AssumeRole', 'sts:TagSession']),
    },
    target: {
      trust: trustRoles([roleArn('entry'), roleArn('middle'), roleArn('association')], {
        StringEquals: { 'sts:ExternalId': 'keyferry-1', 'aws:RequestTag/team': 'payments' },
      }),
      policy: [allow([secretArns('payments/*')], getSecretValue), batches],
    },
    association: {
      trust: trustPodIdentity,
      policy: [
        allow([secretArns('payments/*')], getSecretValue),
        allow(['*'], ['sts:AssumeRole', 'sts:TagSession']),
        batches,
      ],
    },
    stranger: { trust: trustServiceAccount({ namespace: 'other', serviceAccount: 'app' }) },
  },
  secrets: {
    'payments/db': { json: { user: 'app', password: `${canary}1` } },
    'payments/api': `${canary}2`,
    'payments/key': { binary: Buffer.from([0, 255, 254, 10]).toString('base64') },
    'other/db': `${canary}3`,
  },
  podIdentity: { 'payments/app': 'association' },
};

export interface Opening {
  readonly store?: Partial<AwsStorePlan>;
  readonly auth?: Partial<AwsStorePlan['auth']>;
  /** Default: a fresh token at each call. */
  readonly readToken?: () => Promise<string>;
  /** Default: an empty one. */
  readonly session?: { text?: string };
  /** Default: none. */
  readonly podIdentity?: PodIdentity;
  /** Default: the pod. */
  readonly tokenOwner?: string;
  /** How far the pod's clock is ahead of AWS's, in milliseconds. */
  readonly ahead?: number;
}

export interface Opened {
  readonly provider: Provider;
  readonly logs: unknown[][];
  /** `operation outcome` of each request, in the order of their ends. */
  readonly records: string[];
  readonly session: { text?: string };
  /** Reads keys (`key`, `key?version=…`, `key?stage=…`). */
  readonly read: (...keys: string[]) => Promise<readonly ReadOutcome[]>;
  /** As `read`, each outcome as one line. */
  readonly lines: (...keys: string[]) => Promise<string[]>;
}

export interface Game {
  readonly aws: AwsServer;
  readonly clock: ManualClock;
  /** A fresh token of the pod's ServiceAccount. */
  readonly podToken: (audience?: string, seconds?: number) => Promise<string>;
  /** What the containers of an associated pod are given. */
  readonly podIdentity: () => PodIdentity;
  readonly open: (over?: Opening) => Promise<Opened>;
  /** `operation resource status` of each request that AWS got. */
  readonly requests: () => string[];
}

const source = (text: string): PlanSource => {
  const [key = '', query] = text.split('?');
  const parameters = new URLSearchParams(query);
  const [version, stage] = [parameters.get('version'), parameters.get('stage')];
  return {
    ...{ store: 0, key, intervalSeconds: 60 },
    ...(version === null ? {} : { version }),
    ...(stage === null ? {} : { stage }),
  };
};

const line = (outcome: ReadOutcome): string =>
  outcome.ok
    ? outcome.value.bytes.reveal().toString('latin1')
    : `${outcome.error.code}: ${outcome.error.message}`;

const recorder = (logs: unknown[][]): Logger => {
  const add = (...entry: unknown[]): void => {
    logs.push(entry);
  };
  return { debug: add, info: add, warn: add, error: add };
};

/** A clock that shows another time than the one that it follows. */
const shifted = (clock: ManualClock, ahead: number) => ({
  now: () => clock.now() + ahead,
  monotonic: () => clock.monotonic(),
  sleep: (milliseconds: number, signal?: AbortSignal) => clock.sleep(milliseconds, signal),
});

/** STS, Secrets Manager and the Pod Identity agent as stand-ins, and a pod's way to them. Time stands still until it is moved. */
export const startGame = async (): Promise<Game> => {
  const clock = new ManualClock();
  const issuer = await ServiceAccountIssuer.create({ clock, keyType: 'rsa' });
  const aws = await startAwsServer({ clock, keys: () => issuer.jwks(), setup });
  closers.push(() => aws.close());
  const podToken: Game['podToken'] = async (audience = 'sts.amazonaws.com', seconds = 3600) => {
    const pod = { namespace: 'payments', serviceAccount: 'app' };
    return (await issuer.issue({ ...pod, audiences: [audience], expirationSeconds: seconds })).token;
  };
  const storeOf = ({ store, auth }: Opening): PlanStore => ({
    name: 'aws-secretsmanager',
    kind: 'SecretStore',
    provider: {
      ...awsAt(aws),
      auth: {
        token: 'sts',
        podIdentity: false,
        roles: [{ arn: roleArn('app') }],
        sessionName: 'keyferry-payments-app',
        ...auth,
      },
      ...store,
    },
  });
  const open = async (over: Opening = {}): Promise<Opened> => {
    const { readToken = podToken, session = {}, podIdentity, tokenOwner, ahead = 0 } = over;
    const logs: unknown[][] = [];
    const records: string[] = [];
    const provider = await openAws(storeOf(over), {
      clock: shifted(clock, ahead),
      log: recorder(logs),
      session: {
        load: () => session.text,
        save: (text) => {
          session.text = text;
        },
      },
      readToken: async () => new Redacted(await readToken()),
      resolvePath: (path) => path,
      ...given({ podIdentity, tokenOwner }),
      record: ({ operation, outcome }) => {
        records.push(`${operation} ${outcome}`);
      },
    });
    closers.push(() => {
      provider.close();
    });
    const read = (...keys: string[]) => provider.read(keys.map(source), new AbortController().signal);
    const lines = async (...keys: string[]) => (await read(...keys)).map(line);
    return { provider, logs, records, session, read, lines };
  };
  return {
    ...{ aws, clock, podToken, open },
    podIdentity: () => ({
      uri: aws.podIdentityUrl,
      readToken: async () => new Redacted(await podToken('pods.eks.amazonaws.com')),
    }),
    requests: () =>
      aws.requests
        .list()
        .map(({ operation, resource, status }) => [operation, resource, status].filter(String).join(' ')),
  };
};

export const db = JSON.stringify({ user: 'app', password: `${canary}1` });
export const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

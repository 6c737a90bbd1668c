import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../lib/clock.ts';
import type { AwsStorePlan, Plan, PlanStore } from '../../lib/plan.ts';
import { startAwsServer, type AwsServer } from '../emulators/aws/server.ts';
import { allow, trustPodIdentity, trustRoles, trustServiceAccount } from '../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { makePod } from '../support/agent/in-process.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { AgentProcess, killAgents } from '../support/agent/process.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { leaksOf, makeCanary } from '../support/canary.ts';
import { startTestServer } from '../unit/providers/support/test-server.ts';
import { awsAt } from '../support/stand-in-connections.ts';

const root = join(import.meta.dirname, '../..');
const programs = {
  sources: join(root, 'agent/main.ts'),
  bundle: join(root, 'dist/agent.cjs'),
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  killAgents();
  for (const close of closers.splice(0).reverse()) await close();
  removeFolders();
});

interface Account {
  readonly aws: AwsServer;
  readonly token: (audience: string) => Promise<string>;
  readonly password: string;
}

/** An account with two secrets, one role for the pod's token and one for its association. */
const startAccount = async (): Promise<Account> => {
  const issuer = await ServiceAccountIssuer.create({ clock: systemClock, keyType: 'rsa' });
  const password = makeCanary();
  const policy = [
    allow(['*']),
    allow(['*'], ['secretsmanager:BatchGetSecretValue', 'sts:AssumeRole', 'sts:TagSession']),
  ];
  const pod = { namespace: 'payments', serviceAccount: 'api' };
  const aws = await startAwsServer({
    keys: () => issuer.jwks(),
    setup: {
      roles: {
        app: { trust: trustServiceAccount(pod), policy },
        association: { trust: trustPodIdentity, policy },
        partner: {
          trust: trustRoles(['arn:aws:iam::111122223333:role/app'], {
            StringEquals: { 'sts:ExternalId': 'keyferry' },
          }),
          policy,
        },
      },
      secrets: { db: { json: { password } }, feed: 'f33d' },
      podIdentity: { 'payments/api': 'association' },
    },
  });
  closers.push(() => aws.close());
  const token = async (audience: string) =>
    (await issuer.issue({ ...pod, audiences: [audience], expirationSeconds: 3600 })).token;
  return { aws, token, password };
};

const planFor = ({ aws }: Account, auth: Partial<AwsStorePlan['auth']> = {}): Plan => {
  const store: PlanStore = {
    name: 'aws',
    kind: 'SecretStore',
    provider: {
      ...awsAt(aws),
      auth: {
        token: 'sts',
        podIdentity: false,
        roles: [{ arn: 'arn:aws:iam::111122223333:role/app' }],
        sessionName: 'keyferry',
        ...auth,
      },
    },
  };
  return planOf({
    stores: [store],
    sources: [sourceOf('db'), sourceOf('feed')],
    files: [fileAt('db', { kind: 'extract' }), fileAt('feed', { source: 1 })],
  });
};

/** A pod's root with its projected token. */
const makePodFor = async ({ token }: Account): Promise<string> => {
  const pod = makePod();
  mkdirSync(join(pod, 'keyferry/identity/tokens'), { recursive: true });
  writeFileSync(join(pod, 'keyferry/identity/tokens/sts'), `${await token('sts.amazonaws.com')}\n`);
  return pod;
};

/** Files that nobody may open: a reader would wait for ever. */
const makeTraps = (folder: string): string[] => {
  mkdirSync(join(folder, '.aws'), { recursive: true });
  const traps = ['config', 'credentials'].map((name) => join(folder, '.aws', name));
  for (const trap of traps) execFileSync('mkfifo', [trap]);
  return traps;
};

const filesIn = (pod: string): unknown => visibleFiles(join(pod, 'keyferry/secrets'));

describe.each(Object.entries(programs))('the agent as %s', (_name, program) => {
  test('reads as its plan says, whatever its environment says', async () => {
    const account = await startAccount();
    const pod = await makePodFor(account);
    const poison = await startTestServer((_request, response) => {
      response.writeHead(403).end();
    });
    closers.push(() => poison.close());
    const [config = '', credentials = ''] = makeTraps(pod);
    const agent = new AgentProcess('init', {
      ...{ root: pod, plan: planFor(account), program },
      environment: {
        HOME: pod,
        AWS_CONFIG_FILE: config,
        AWS_SHARED_CREDENTIALS_FILE: credentials,
        AWS_PROFILE: 'other',
        AWS_ACCESS_KEY_ID: 'AKIAOTHER',
        AWS_SECRET_ACCESS_KEY: 'other',
        AWS_SESSION_TOKEN: 'other',
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: poison.url,
        AWS_ENDPOINT_URL_STS: poison.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: poison.url,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: poison.url,
        AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/other',
        AWS_WEB_IDENTITY_TOKEN_FILE: config,
        AWS_USE_FIPS_ENDPOINT: 'true',
        AWS_USE_DUALSTACK_ENDPOINT: 'true',
        AWS_MAX_ATTEMPTS: 'many',
        AWS_RETRY_MODE: 'adaptive',
        AWS_SDK_UA_APP_ID: 'other',
        AWS_EXECUTION_ENV: 'other',
        AWS_LAMBDA_FUNCTION_NAME: 'other',
        _X_AMZN_TRACE_ID: 'other',
        AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'true',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${poison.url}/v1/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: config,
        HTTPS_PROXY: poison.url,
        NODE_USE_ENV_PROXY: '1',
      },
    });
    expect(await agent.exit()).toBe(0);
    expect(filesIn(pod)).toEqual({ 'db/password': account.password, feed: 'f33d' });
    expect(poison.connections()).toBe(0);
    expect(agent.errors).toBe('');
    expect(account.aws.requests.list().map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'AssumeRoleWithWebIdentity 200',
      'BatchGetSecretValue 200',
    ]);
  });

  test('assumes one role from another', async () => {
    const account = await startAccount();
    const pod = await makePodFor(account);
    const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
    const sessionTags = [{ key: 'team', value: 'payments' }];
    const partner = {
      arn: role('partner'),
      externalId: 'keyferry',
      sessionTags,
      transitiveTagKeys: ['team'],
    };
    const plan = planFor(account, { roles: [{ arn: role('app') }, partner] });
    const agent = new AgentProcess('init', { root: pod, plan, program });
    expect(await agent.exit()).toBe(0);
    expect(filesIn(pod)).toEqual({ 'db/password': account.password, feed: 'f33d' });
    expect(account.aws.requests.list().map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'AssumeRoleWithWebIdentity 200',
      'AssumeRole 200',
      'BatchGetSecretValue 200',
    ]);
  });

  test('shows no value, credential or token in what it prints', async () => {
    const account = await startAccount();
    const pod = await makePodFor(account);
    const agent = new AgentProcess('init', {
      ...{ root: pod, plan: planFor(account), program },
      environment: { KEYFERRY_LOG_LEVEL: 'trace' },
    });
    expect(await agent.exit()).toBe(0);
    const state = readFileSync(join(pod, 'keyferry/state/state.json'), 'utf8');
    const text = (JSON.parse(state) as { sessions: { text: string }[] }).sessions[0]?.text ?? '';
    const saved = JSON.parse(text) as Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string>;
    const token = readFileSync(join(pod, 'keyferry/identity/tokens/sts'), 'utf8').trim();
    const { accessKeyId, secretAccessKey, sessionToken } = saved;
    const secrets = [account.password, accessKeyId, secretAccessKey, sessionToken, token];
    expect(leaksOf(secrets, { output: agent.output, errors: agent.errors })).toEqual([]);
    expect(agent.output).toContain('logged in to AWS');
  });

  test('logs in once for all its processes', async () => {
    const account = await startAccount();
    const pod = await makePodFor(account);
    for (const mode of ['init', 'init', 'init'])
      expect(await new AgentProcess(mode, { root: pod, plan: planFor(account), program }).exit()).toBe(0);
    expect(account.aws.requests.count({ service: 'sts' })).toBe(1);
    expect(account.aws.requests.count({ operation: 'BatchGetSecretValue' })).toBe(3);
  });

  test('takes Pod Identity from the variables that EKS sets', async () => {
    const account = await startAccount();
    const pod = makePod();
    mkdirSync(join(pod, 'var/run'), { recursive: true });
    writeFileSync(join(pod, 'var/run/token'), await account.token('pods.eks.amazonaws.com'));
    const agent = new AgentProcess('init', {
      ...{ root: pod, plan: planFor(account, { podIdentity: true, roles: [] }), program },
      environment: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: account.aws.podIdentityUrl,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/token',
      },
    });
    expect(await agent.exit()).toBe(0);
    expect(filesIn(pod)).toEqual({ 'db/password': account.password, feed: 'f33d' });
    expect(account.aws.requests.count({ service: 'sts' })).toBe(0);
  });
});

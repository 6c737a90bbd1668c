import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/log.ts';
import type { AwsStorePlan } from '../../../../lib/plan.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { openAws } from '../../../../providers/aws/open.ts';
import { afterTest, start, trustedIdentity } from '../support/transport-harness.ts';

const arn = (name: string): string =>
  `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-a1B2c3`;

const secret = (name: string) => ({
  ARN: arn(name),
  Name: name,
  VersionId: 'v'.repeat(32),
  SecretString: `value of ${name}`,
});

const session = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken>
    <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
  </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

interface Asked {
  readonly SecretId?: string;
  readonly SecretIdList?: readonly string[];
}

/** A store at a server that answers any login, single reads, and batches as told. */
const openAt = async (
  answerBatch: (names: readonly string[]) => unknown,
  { login = session, over = {} }: { login?: string; over?: Partial<AwsStorePlan> } = {},
) => {
  const seen: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const recorded: string[] = [];
  const server = await start((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation =
        String(request.headers['x-amz-target'] ?? 'login')
          .split('.')
          .at(-1) ?? '';
      seen.push(operation);
      headers.push(request.headers);
      if (operation === 'login') {
        response.writeHead(200, { 'content-type': 'text/xml' }).end(login);
        return;
      }
      const { SecretId, SecretIdList = [] } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
      const answer = SecretId === undefined ? answerBatch(SecretIdList) : secret(SecretId);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
  });
  const store: AwsStorePlan = {
    type: 'aws',
    region: 'eu-central-1',
    allowHttp: false,
    secretsManagerEndpoint: server.url,
    stsEndpoint: server.url,
    caBundle: trustedIdentity().cert,
    prefix: '',
    auth: { token: 'sts', podIdentity: false, roles: [{ arn: 'arn:aws:iam::1:role/app' }], sessionName: 'k' },
    ...over,
  };
  const provider = await openAws(
    { name: 'aws', kind: 'SecretStore', provider: store },
    {
      clock: systemClock,
      log: silentLogger,
      session: { load: () => undefined, save: () => undefined },
      readToken: () => Promise.resolve(new Redacted('a.b.c')),
      resolvePath: (path) => path,
      record: ({ operation, outcome }) => recorded.push(`${operation} ${outcome}`),
    },
  );
  afterTest(() => {
    provider.close();
  });
  const lines = async (...keys: string[]) => {
    const sources = keys.map((key) => ({ store: 0, key, intervalSeconds: 60 }));
    const outcomes = await provider.read(sources, new AbortController().signal);
    return outcomes.map((outcome) =>
      outcome.ok
        ? outcome.value.bytes.reveal().toString()
        : `${outcome.error.code}: ${outcome.error.message.replace(String(server.port), '<port>')}`,
    );
  };
  return { lines, seen, headers, recorded };
};

describe('a batch', () => {
  test('that AWS answers in parts: what is not in the first part is read by itself', async () => {
    const { lines, seen } = await openAt((names) => ({
      SecretValues: names.slice(0, 1).map(secret),
      NextToken: 'more',
    }));
    expect(await lines('a', 'b', arn('c'))).toEqual(['value of a', 'value of b', `value of ${arn('c')}`]);
    expect(seen).toEqual(['login', 'BatchGetSecretValue', 'GetSecretValue', 'GetSecretValue']);
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['a list of nothing', { SecretValues: [null], Errors: [null] }],
    ['other types', { SecretValues: [{ Name: 'a', VersionId: 1, SecretString: 2 }], Errors: 'x' }],
  ])('that answers with %s is as good as none', async (_name, answer) => {
    const { lines } = await openAt(() => answer);
    expect(await lines('a', 'b')).toEqual(['value of a', 'value of b']);
  });
});

test('a request carries nothing of the environment, and a name of ours', async () => {
  const names = ['AWS_LAMBDA_FUNCTION_NAME', '_X_AMZN_TRACE_ID', 'AWS_EXECUTION_ENV', 'AWS_SDK_UA_APP_ID'];
  for (const name of names) process.env[name] = 'canary';
  try {
    const { lines, headers } = await openAt(() => ({}));
    await lines('a');
    expect(headers).toHaveLength(2);
    expect(JSON.stringify(headers)).not.toContain('canary');
    for (const { 'user-agent': agent } of headers) expect(agent).toMatch(/^keyferry /);
  } finally {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  }
});

test.each<[string, string]>([
  ['without credentials', session.replace(/<Credentials>[^]*<\/Credentials>/, '')],
  ['without a key', session.replace('<AccessKeyId>a</AccessKeyId>', '')],
  ['without an end', session.replace(/<Expiration>.*<\/Expiration>/, '')],
])('a session %s is none of AWS, and no login', async (_name, login) => {
  const { lines, recorded } = await openAt(() => ({}), { login });
  expect(await lines('a')).toEqual([
    "unavailable: 127.0.0.1:<port>: the answer is not AWS's: a session without credentials",
  ]);
  expect(recorded).toEqual(['login unavailable']);
});

test.each<[string, Partial<AwsStorePlan>, string]>([
  ['a region that is none', { region: 'x' }, 'invalid: "x" is not the name of an AWS region'],
  [
    'an endpoint without TLS',
    { stsEndpoint: 'http://sts.test' },
    'invalid: sts.test is an http server; only https is allowed',
  ],
  [
    'a caBundle that is none',
    { caBundle: 'x' },
    'invalid: the caBundle for 127.0.0.1:<port> is not a series of PEM certificates',
  ],
])('a store with %s says so at every read, and asks nobody', async (_name, over, message) => {
  const { lines, seen } = await openAt(() => ({}), { over });
  expect(await lines('a', 'b')).toEqual([message, message]);
  expect(seen).toEqual([]);
});

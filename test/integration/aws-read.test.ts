import { describe, expect, test } from '@jest/globals';
import { allow, trustServiceAccount } from '../emulators/aws/setup.ts';
import { canary, db, getSecretValue, latin1, roleArn, startGame } from './aws-harness.ts';

const dbLine = latin1(db);
const apiLine = latin1(`${canary}2`);
const who = `role "${roleArn('app')}"`;
const appTrust = trustServiceAccount({
  namespace: 'payments',
  serviceAccount: 'app',
});
const missing = (name: string): string =>
  `not_found: secret "${name}" in eu-central-1 does not exist in the account of ${who}, or has no value yet`;
const denied = (name: string, as = who): string =>
  `denied: AWS denied ${as} reading secret "${name}" in eu-central-1: a policy must allow secretsmanager:GetSecretValue on it (and kms:Decrypt, where a key of your own encrypts it)`;

describe('one secret', () => {
  test('is its text as UTF-8, or its bytes, and tells its version', async () => {
    const { aws, open } = await startGame();
    const versionId = aws.rotate('payments/api', 'ünï', { versionId: 'v'.repeat(32) });
    const { read } = await open();
    const [text] = await read('payments/api');
    const [binary] = await read('payments/key');
    expect(text).toMatchObject({ ok: true, value: { version: versionId } });
    expect(text?.ok === true && text.value.bytes.reveal()).toEqual(Buffer.from('ünï'));
    expect(binary?.ok === true && binary.value.bytes.reveal()).toEqual(Buffer.from([0, 255, 254, 10]));
  });

  test("is found by its name behind the store's prefix, and by its ARN", async () => {
    const { aws, open } = await startGame();
    const { lines } = await open({ store: { prefix: 'payments/' } });
    const arn = aws.arnOf('payments/api');
    expect(await lines('db')).toEqual([dbLine]);
    expect(await lines(arn)).toEqual([apiLine]);
    expect(await lines(arn.slice(0, -7))).toEqual([apiLine]);
    expect(await lines('db', arn)).toEqual([dbLine, apiLine]);
  });

  test('by version and by stage', async () => {
    const { aws, open, requests } = await startGame();
    const versionId = aws.rotate('payments/api', 'new');
    const { lines } = await open();
    expect(
      await lines(
        'payments/api',
        'payments/api?stage=AWSPREVIOUS',
        `payments/api?version=${versionId}`,
        `payments/api?version=${versionId}&stage=AWSCURRENT`,
        'payments/api?stage=MISSING',
        `payments/api?version=${'x'.repeat(32)}`,
      ),
    ).toEqual([
      'new',
      apiLine,
      'new',
      'new',
      missing('payments/api').replace('no value yet', 'no stage "MISSING"'),
      missing('payments/api').replace('no value yet', `no version "${'x'.repeat(32)}"`),
    ]);
    expect(requests().filter((request) => request.startsWith('Batch'))).toEqual([]);
  });

  test.each<[string, string[]]>([
    ['that does not exist', ['payments/none']],
    ['in a batch', ['payments/none', 'payments/db']],
  ])('%s', async (_name, keys) => {
    const { open } = await startGame();
    expect((await (await open()).lines(...keys))[0]).toBe(missing('payments/none'));
  });

  test('that a policy denies, alone and in a batch', async () => {
    const { open } = await startGame();
    const { lines } = await open();
    expect(await lines('other/db')).toEqual([denied('other/db')]);
    expect(await lines('other/db', 'payments/db')).toEqual([denied('other/db'), dbLine]);
  });

  test('that is marked for deletion, alone and in a batch', async () => {
    const { aws, open } = await startGame();
    aws.deleteSecret('payments/api');
    const { lines } = await open();
    const gone =
      'not_found: secret "payments/api" in eu-central-1 is marked for deletion; restore it, or name another';
    expect(await lines('payments/api')).toEqual([gone]);
    expect(await lines('payments/api', 'payments/db')).toEqual([gone, dbLine]);
  });

  test('whose key fails', async () => {
    const { aws, open } = await startGame();
    aws.breakKey('payments/api', 'failed');
    expect(await (await open()).lines('payments/api')).toEqual([
      `denied: AWS KMS did not decrypt secret "payments/api" in eu-central-1 for ${who}: its key must be enabled, and a policy must allow kms:Decrypt on it`,
    ]);
    aws.breakKey('payments/api', 'denied');
    expect(await (await open()).lines('payments/api')).toEqual([denied('payments/api')]);
  });

  test('of another region is refused before anything is sent, and holds up nobody', async () => {
    const { open, requests } = await startGame();
    const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x-a1B2c3';
    const { lines } = await open();
    expect(await lines(arn)).toEqual([
      'invalid: the ARN is of region "us-east-1", the store of "eu-central-1"; use a store of that region',
    ]);
    expect(requests()).toEqual([]);
    expect((await lines(arn, 'payments/db'))[1]).toBe(dbLine);
  });
});

describe('several secrets', () => {
  const many = Array.from({ length: 45 }, (_, index) => `payments/n${index}`);

  test('are read twenty at once, those with a version or a stage by themselves', async () => {
    const { aws, open, requests } = await startGame();
    for (const name of many) aws.createSecret(name, name);
    const { lines, records } = await open();
    expect(await lines(...many, 'payments/api?stage=AWSCURRENT')).toEqual([...many, apiLine]);
    const batches = aws.requests.list({ operation: 'BatchGetSecretValue' });
    expect(batches.map(({ resource }) => resource.split(',').length)).toEqual([20, 20, 5]);
    expect(requests().filter((request) => request.startsWith('Get'))).toEqual([
      'GetSecretValue payments/api 200',
    ]);
    expect(records.filter((record) => record === 'batch_read ok')).toHaveLength(3);
  });

  test('are read one by one where the policy allows no batches, and that is remembered for an hour', async () => {
    const { aws, clock, open } = await startGame();
    const { lines, records } = await open({ auth: { roles: [{ arn: roleArn('single') }] } });
    expect(await lines('payments/db', 'payments/api')).toEqual([dbLine, apiLine]);
    expect(await lines('payments/db', 'payments/api')).toEqual([dbLine, apiLine]);
    expect(records).toEqual(['login ok', 'batch_read denied', ...Array<string>(4).fill('read ok')]);
    expect(aws.requests.count({ operation: 'BatchGetSecretValue' })).toBe(1);
    await clock.advance(60 * 60_000);
    aws.setRole('single', {
      trust: appTrust,
      policy: [allow(['*'], getSecretValue), allow(['*'], ['secretsmanager:BatchGetSecretValue'])],
    });
    expect(await lines('payments/db', 'payments/api')).toEqual([dbLine, apiLine]);
    expect(aws.requests.count({ operation: 'BatchGetSecretValue' })).toBe(2);
    expect(records.at(-1)).toBe('batch_read ok');
  });

  test('are read one by one where batches are throttled', async () => {
    const { aws, open } = await startGame();
    aws.faults.add({ kind: 'throttled', operation: 'BatchGetSecretValue' });
    const { lines, records } = await open();
    expect(await lines('payments/db', 'payments/api')).toEqual([dbLine, apiLine]);
    expect(records).toEqual(['login ok', 'batch_read throttled', 'read ok', 'read ok']);
  });

  test('share the outcome where AWS is not there', async () => {
    const { aws, open } = await startGame();
    await aws.refuseConnections('secretsmanager');
    const { lines, records } = await open();
    const refused = `unavailable: ${new URL(aws.urlOf('secretsmanager')).host} refused the connection`;
    expect(await lines('payments/db', 'payments/api')).toEqual([refused, refused]);
    expect(records).toEqual(['login ok', 'batch_read unavailable']);
  });

  test('may be longer together than one may be alone', async () => {
    const { aws, open } = await startGame();
    const names = many.slice(0, 20);
    const text = 'x'.repeat(60 * 1024);
    for (const name of names) aws.createSecret(name, text);
    const { lines, records } = await open();
    expect(new Set(await lines(...names))).toEqual(new Set([text]));
    expect(records.slice(0, 2)).toEqual(['login ok', 'batch_read ok']);
  });
});

describe('answers that are no answers', () => {
  test.each([
    ['html', { kind: 'html' as const }],
    ['truncated-json', { kind: 'truncated-json' as const }],
    ['empty-body', { kind: 'empty-body' as const }],
    ['a status in HTML', { kind: 'status' as const, status: 500 }],
    ['reset-mid-body', { kind: 'reset-mid-body' as const }],
    ['reset', { kind: 'reset' as const }],
  ])('are unavailability: %s', async (_name, fault) => {
    for (const service of ['sts', 'secretsmanager'] as const) {
      const { aws, open } = await startGame();
      aws.faults.add({ ...fault, service });
      const outcomes = await (await open()).lines('payments/db');
      expect(outcomes[0]).toMatch(/^unavailable: 127\.0\.0\.1:\d+/);
    }
  });

  test('a redirect is invalid', async () => {
    const { aws, open } = await startGame();
    aws.faults.add({ kind: 'redirect', location: 'https://elsewhere.test/', service: 'secretsmanager' });
    expect((await (await open()).lines('payments/db'))[0]).toMatch(/^invalid: .* answered with a redirect/);
  });

  test('a huge body is invalid', async () => {
    const { aws, open } = await startGame();
    aws.faults.add({ kind: 'huge-body', service: 'secretsmanager' });
    expect((await (await open()).lines('payments/db'))[0]).toMatch(/^invalid: .* more than 1048576 bytes/);
  });

  test('throttling says how long to wait', async () => {
    const { aws, open } = await startGame();
    const fault = { kind: 'status' as const, status: 429, retryAfter: 7 };
    aws.faults.add({ ...fault, service: 'secretsmanager' });
    const [outcome] = await (await open()).read('payments/db');
    expect(outcome).toMatchObject({ ok: false, error: { code: 'throttled', retryAfterMs: 7_000 } });
  });
});

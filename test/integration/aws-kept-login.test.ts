import { describe, expect, test } from '@jest/globals';
import type { AwsAccessKeyAuth } from '../../lib/connections/connection.ts';
import { providerError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok } from '../../lib/result.ts';
import { openAws } from '../../providers/aws/open.ts';
import { allow, trustRoles } from '../emulators/aws/setup.ts';
import { canary, db, roleArn, startGame } from './aws-harness.ts';
import { lending, signal } from './vault-kept-harness.ts';
import { awsAt } from '../support/stand-in-connections.ts';

const keyId = 'AKIAKEYFERRY00000001';
const reads = allow(['*'], ['secretsmanager:GetSecretValue', 'sts:AssumeRole', 'sts:TagSession']);
const ref = (key: string) => ({ name: 'aws', key });

const start = async (over: Partial<AwsAccessKeyAuth> = {}) => {
  const game = await startGame();
  const { aws, clock } = game;
  aws.apply({
    users: { broker: { accessKeyId: keyId, secretAccessKey: `${canary}-key`, policy: reads } },
    roles: {
      kept: { trust: trustRoles(['arn:aws:iam::111122223333:user/broker']), policy: reads },
    },
  });
  const files = new Map([
    ['id', `${keyId}\n`],
    ['secret', `${canary}-key\n`],
  ]);
  const askedFor = new Set<string>();
  const provider = await openAws(
    {
      name: 'aws',
      kind: 'ClusterSecretStore',
      provider: {
        ...awsAt(aws),
        auth: {
          accessKeyId: ref('id'),
          secretAccessKey: ref('secret'),
          roles: [],
          sessionName: 'keyferry',
          ...over,
        },
      },
    },
    {
      clock,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      session: { load: () => undefined, save: () => undefined },
      readToken: () => Promise.reject(new Error('no token')),
      readCredential: ({ key }, servers) => {
        askedFor.add(servers.join(' '));
        const text = files.get(key);
        return Promise.resolve(
          text === undefined ? err(providerError('unauthenticated', 'not there')) : ok(new Redacted(text)),
        );
      },
      lending,
      resolvePath: (path) => path,
      record: () => undefined,
    },
  );
  const read = async (key = 'payments/db') =>
    (await provider.read([{ store: 0, key, intervalSeconds: 60 }], signal))[0]!;
  return { ...game, provider, files, askedFor, read };
};

describe('a key that the broker keeps', () => {
  test('reads, is for Secrets Manager alone, and names what it read', async () => {
    const { read, aws, askedFor } = await start();
    const outcome = await read();
    expect(outcome.ok && outcome.value.bytes.reveal().toString()).toBe(db);
    expect(outcome).toMatchObject({ value: { canonical: '111122223333 eu-central-1 payments/db' } });
    expect([...askedFor]).toEqual([aws.secretsManagerUrl]);
  });

  test('assumes roles, and is for STS too then', async () => {
    const { read, aws, askedFor, requests } = await start({ roles: [{ arn: roleArn('kept') }] });
    expect(await read()).toMatchObject({ ok: true });
    expect([...askedFor]).toEqual([`${aws.secretsManagerUrl} ${aws.stsUrl}`]);
    expect(requests().some((request) => request.startsWith('AssumeRole '))).toBe(true);
  });

  test('that is wrong, or is none, is told without a word of it', async () => {
    const { read, files } = await start();
    files.set('secret', `${canary}-wrong`);
    const wrong = await read();
    expect(wrong.ok).toBe(false);
    expect(JSON.stringify(wrong)).not.toContain('c4nary');
    files.set('id', canary);
    const { read: again, files: others } = await start();
    others.set('id', canary);
    expect(await again()).toEqual(
      err(
        providerError(
          'invalid',
          'what the credential "aws/id" has is no access key id of AWS: 16 to 128 letters and digits',
        ),
      ),
    );
  });

  test('that is replaced is used after ten minutes at the latest', async () => {
    const { read, files, clock } = await start();
    expect(await read()).toMatchObject({ ok: true });
    files.delete('secret');
    await clock.advance(10 * 60_000);
    expect(await read()).toEqual(err(providerError('unauthenticated', 'not there')));
  });
});

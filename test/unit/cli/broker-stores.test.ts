import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { explain, section, workload } from './explain-run.ts';

let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-broker-'));
  config = join(folder, 'broker.yaml');
  await writeFile(config, 'credentials: [{ name: token, servers: ["https://*.bitwarden.com"] }]\n');
});
afterAll(() => rm(folder, { recursive: true }));

const apiVersion = 'keyferry.dev/v1beta1';

const bitwarden = {
  apiVersion,
  kind: 'ClusterSecretStore',
  metadata: { name: 'bitwarden' },
  spec: {
    access: [{ keys: ['*'] }],
    provider: {
      bitwardensecretsmanager: {
        organizationID: '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
        projectID: '6f8c1a52-3b7d-4e90-a1c4-5d2e8f907b13',
        auth: { secretRef: { credentials: { name: 'token', key: 'token' } } },
      },
    },
  },
};

const documents = [
  bitwarden,
  workload({ 'secret.key': 'bitwarden://partner-key' }, { spec: { replicas: 3 } }),
];

const vault = {
  apiVersion,
  kind: 'ClusterSecretStore',
  metadata: { name: 'vault' },
  spec: {
    via: 'broker',
    access: [{ keys: ['*'] }],
    provider: { vault: { server: 'https://vault.example', auth: { jwt: { role: 'broker' } } } },
  },
};

/** On one line, wherever it was wrapped. */
const unwrapped = (text: string): string => text.replaceAll(/\s+/gu, ' ');

test('explain says who reads for the pod, and counts one read whatever the number of pods', async () => {
  const { status, out } = await explain(documents, `--broker-config ${config}`);
  expect(status).toBe(0);
  const text = unwrapped(out);
  expect(text).toContain(
    'bitwarden (ClusterSecretStore): Bitwarden at https://api.bitwarden.com, project 6f8c1a52-3b7d-4e90-a1c4-5d2e8f907b13',
  );
  expect(text).toContain('Read by the broker, with the credential "token" that it keeps.');
  expect(text).toContain('with a token for the audience "keyferry".');
  expect(text).toContain('bitwarden: 720 by the broker, whatever the number of pods');
  expect(text).toContain('Together 0 × 3 pods and 720 by the broker = 720');
});

test('credentials that Vault makes are counted for each pod, and told apart from what all pods share', async () => {
  const { status, out } = await explain(
    [
      vault,
      workload(
        {
          'secret.cert': 'vault://pki/issue/web?parameter.common_name=a.example#certificate',
          'secret.key': 'vault://kv/partner#key',
          'secret.user': 'vault://database/creds/ro#username',
        },
        { spec: { replicas: 3 } },
      ),
    ],
    `--broker-config ${config}`,
  );
  expect(status).toBe(0);
  expect(section(out, 'Files')).toBe(`  Files
    In memory, below /secrets, read-only, for containers app and worker. No Secret object is made.
    /secrets/cert
      Property "certificate" of pki/issue/web (common_name=a.example) in store vault.
      Mode 0440, user 65532, group 2000. Made for each pod; replaced when two thirds of its life are
        over.
    /secrets/key
      Property "key" of kv/partner in store vault.
      Mode 0440, user 65532, group 2000. Read anew every 1 h, give or take 10 %.
    /secrets/user
      Property "username" of database/creds/ro in store vault.
      Mode 0440, user 65532, group 2000. Read anew every 1 h, give or take 10 %. If Vault makes a
        credential of it, each pod has one of its own, which is replaced at two thirds of its life
        instead.`);
  expect(section(out, 'Calls').split('\n').slice(1, 6)).toEqual([
    '    vault: 720 by the broker, whatever the number of pods, and 1,800 a pod, 5,400 in all',
    '      720: 1 secret, every 1 h, 720 times',
    '      720: 1 secret for each pod, every 1 h, 720 times',
    '      1,080: 1 credential, every 40 min, 1,080 times',
    '    Together 1,800 × 3 pods and 720 by the broker = 6,120 (spec.replicas).',
  ]);
});

test('where all is made for each pod, nothing is shared', async () => {
  const pod = workload({ 'secret.user': 'vault://database/creds/ro#username' }, { spec: { replicas: 3 } });
  const { out } = await explain([vault, pod], `--broker-config ${config}`);
  expect(section(out, 'Calls').split('\n').slice(1, 4)).toEqual([
    '    vault: 720 a pod, 2,160 in all, by the broker',
    '      720: 1 secret for each pod, every 1 h, 720 times',
    '    Together 720 × 3 pods = 2,160 (spec.replicas).',
  ]);
});

test('without a broker the pod has a problem', async () => {
  const { status, out } = await explain(documents);
  expect(status).toBe(1);
  expect(out).toContain('this install has no broker (--broker-config)');
});

test('what is wrong with the file is told', async () => {
  const { status, error } = await explain(documents, `--broker-config ${join(folder, 'missing.yaml')}`);
  expect(status).toBe(2);
  expect(error).toMatch(/missing\.yaml: ENOENT/u);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { explain, workload } from './explain-run.ts';

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

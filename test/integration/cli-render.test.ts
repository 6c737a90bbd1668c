import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommand } from '../../cli/run.ts';
import { systemClock } from '../../lib/clock.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import { startVaultServer } from '../emulators/vault/server.ts';
import { paymentsSetup } from '../support/small-cluster.ts';

const canary = 'canary-4c1f';

const secrets = `payments/db: { username: app, password: ${canary}, port: 5432 }
payments/feed: '{"token":"${canary}","url":"https://feed.example"}'
`;

const store = `apiVersion: keyferry.dev/v1beta1
kind: SecretStore
metadata: { name: files, namespace: payments }
spec: { provider: { file: { path: FOLDER/secrets.yaml } } }
`;

const externalSecret = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: orders, namespace: payments }
spec:
  secretStoreRef: { name: files }
  target:
    name: orders-files
    template:
      mergePolicy: Merge
      data:
        url: 'postgres://{{ .user }}:{{ .password }}@db:{{ .port }}'
  data:
    - { secretKey: user, remoteRef: { key: payments/db, property: username } }
    - { secretKey: password, remoteRef: { key: payments/db, property: password } }
    - { secretKey: port, remoteRef: { key: payments/db, property: port } }
  dataFrom:
    - extract: { key: payments/feed }
`;

let folder = '';
const folders: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-render-test-'));
  folders.push(folder);
  writeFileSync(join(folder, 'secrets.yaml'), secrets);
  writeFileSync(join(folder, 'store.yaml'), store.replace('FOLDER', folder));
});

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

const run = async (line: string, files: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const said = { out: '', error: '' };
  const argv = line.split(' ').map((word) => word.replace(/^@/, `${folder}/`).replace('=@', `=${folder}/`));
  const status = await runCommand(argv, {
    readInput: () => Promise.resolve(''),
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
    clock: systemClock,
    kubeconfigVariable: undefined,
    homeFolder: folder,
  });
  return { status, ...said };
};

const written = (path = 'out'): Readonly<Record<string, string>> => {
  const root = join(folder, path);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(root, name)).isFile(),
  );
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]));
};

describe('keyferry render', () => {
  test('writes the files that a pod would have, and says which', async () => {
    const ran = await run('render -f @es.yaml -m @store.yaml -o @out', { 'es.yaml': externalSecret });
    expect(ran).toEqual({
      status: 0,
      out: ['password (11 bytes)', 'port (4 bytes)', 'token (11 bytes)', 'url (34 bytes)', 'user (3 bytes)']
        .map((line) => `${folder}/out/orders-files/${line}\n`)
        .join('')
        .concat('1 of 1 ExternalSecret rendered\n'),
      error: '',
    });
    expect(written()).toEqual({
      'orders-files/password': canary,
      'orders-files/port': '5432',
      'orders-files/token': canary,
      'orders-files/url': `postgres://app:${canary}@db:5432`,
      'orders-files/user': 'app',
    });
    expect(statSync(join(folder, 'out/orders-files/password')).mode & 0o777).toBe(0o600);
  });

  test('replaces what is there, and leaves other files alone', async () => {
    await run('render -f @es.yaml -m @store.yaml -o @out', { 'es.yaml': externalSecret });
    writeFileSync(join(folder, 'out', 'other'), 'kept');
    writeFileSync(join(folder, 'secrets.yaml'), secrets.replaceAll(canary, 'second'));
    await run('render -f @es.yaml -m @store.yaml -o @out');
    expect(written()).toMatchObject({ other: 'kept', 'orders-files/password': 'second' });
  });

  test('as JSON', async () => {
    const line = 'render -f @es.yaml -m @store.yaml -o @out --output json';
    const { out } = await run(line, { 'es.yaml': externalSecret });
    expect(JSON.parse(out)).toEqual({
      items: [
        {
          source: `${folder}/es.yaml`,
          title: 'ExternalSecret payments/orders',
          problems: [],
          warnings: [],
          files: expect.arrayContaining([{ path: 'orders-files/port', bytes: 4 }]) as unknown,
        },
      ],
    });
  });

  test('takes templates from ConfigMaps among the manifests', async () => {
    const text = externalSecret.replace(
      /template:[\s\S]*?data:\n.*\n/,
      'template: { templateFrom: [{ configMap: { name: texts, items: [{ key: app.conf }] } }] }\n',
    );
    const configMap = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: texts, namespace: payments }\ndata: { app.conf: 'user={{ .user }}' }\n`;
    const files = { 'es.yaml': text, 'texts.yaml': configMap };
    const line = 'render -f @es.yaml -m @store.yaml -m @texts.yaml -o @out';
    expect(await run(line, files)).toMatchObject({ status: 0 });
    expect(written()).toEqual({ 'orders-files/app.conf': 'user=app' });
    const without = await run('render -f @es.yaml -m @store.yaml -o @out');
    expect([without.status, without.out]).toEqual([
      1,
      `${folder}/es.yaml: ExternalSecret payments/orders: 1 problem\n  no manifest has the key "app.conf" of ConfigMap payments/texts\n0 of 1 ExternalSecret rendered\n`,
    ]);
  });

  test.each([
    [
      'a key that is not there',
      'payments/db, property: port',
      'payments/nothing, property: port',
      'not_found',
    ],
    ['a property that is not there', 'property: port', 'property: prt', 'not_found'],
    ['a template that fails', '{{ .port }}', '{{ .port | fail }}', 'invalid'],
    ['a missing key in a template', '{{ .port }}', '{{ .prt }}', 'map has no entry for key "prt"'],
  ])('says of %s what a pod would say, and writes nothing', async (_what, from, to, said) => {
    const text = externalSecret.replace(from, to);
    const { status, out, error } = await run('render -f @es.yaml -m @store.yaml -o @out', {
      'es.yaml': text,
    });
    expect(status).toBe(1);
    expect(out).toContain(said);
    expect(out).toContain('0 of 1 ExternalSecret rendered');
    expect(out + error).not.toContain(canary);
    expect(readdirSync(folder)).not.toContain('out');
  });

  test('says all that is wrong with the manifest, as the webhook does', async () => {
    const text = externalSecret
      .replace('name: files', 'name: fils')
      .replace('mergePolicy: Merge', 'mergePolicy: Merg');
    const { status, out } = await run('render -f @es.yaml -m @store.yaml -o @out', { 'es.yaml': text });
    expect(status).toBe(1);
    expect(out).toContain('spec.target.template.mergePolicy');
  });

  test('needs an ExternalSecret, and a folder', async () => {
    expect(await run('render -f @store.yaml -o @out')).toEqual({
      status: 2,
      out: '',
      error: 'keyferry: no ExternalSecret is among the manifests of -f\n',
    });
    expect((await run('render -f @store.yaml')).error).toContain('-o is missing: where to?');
  });

  test('leaves nothing of itself behind', async () => {
    const before = readdirSync('/dev/shm').filter((name) => name.startsWith('keyferry-render-'));
    await run('render -f @es.yaml -m @store.yaml -o @out', { 'es.yaml': externalSecret });
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith('keyferry-render-'))).toEqual(before);
  });
});

describe('keyferry render from a store with a login', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const vaultManifests = async (): Promise<{ readonly text: string; readonly token: string }> => {
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
    const vault = await startVaultServer({
      keys: () => issuer.jwks(),
      isLive: (claims) => issuer.isLive(claims),
      setup: paymentsSetup,
    });
    closing.push(() => vault.close());
    const { token } = await issuer.issue({
      namespace: 'payments',
      serviceAccount: 'payments-api',
      audiences: ['vault'],
    });
    const text = `apiVersion: keyferry.dev/v1beta1
kind: SecretStore
metadata: { name: vault, namespace: payments }
spec:
  provider:
    vault:
      server: ${vault.url}
      caBundle: ${Buffer.from(vault.caPem).toString('base64')}
      path: kv
      auth: { kubernetes: { role: payments-api, serviceAccountRef: { name: payments-api, audiences: [vault] } } }
---
apiVersion: keyferry.dev/v1beta1
kind: ExternalSecret
metadata: { name: db, namespace: payments }
spec:
  secretStoreRef: { name: vault }
  dataFrom: [{ extract: { key: payments/db } }]
`;
    return { text, token };
  };

  test('uses the token that it is given', async () => {
    const { text, token } = await vaultManifests();
    const ran = await run('render -f @es.yaml -o @out --token vault=@token', { 'es.yaml': text, token });
    expect(ran).toMatchObject({ status: 0 });
    expect(written()).toEqual({ 'db/password': 'first-password', 'db/username': 'payments' });
  });

  test('says whose token it needs where it has none', async () => {
    const { text } = await vaultManifests();
    const { status, out } = await run('render -f @es.yaml -o @out', { 'es.yaml': text });
    expect(status).toBe(1);
    expect(out).toContain(
      'the store needs a token of ServiceAccount payments/payments-api for audience "vault": there is no kubeconfig',
    );
    expect(out).toContain('or give one with --token vault=FILE');
  });
});

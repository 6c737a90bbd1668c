import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCli, type Ran } from '../../support/eso/run-cli.ts';

const store = `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: files, namespace: payments }
spec: { provider: { file: { path: /srv/secrets.yaml } } }
`;
const externalSecret = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: db, namespace: payments }
spec:
  secretStoreRef: { name: files }
  data: [{ secretKey: password, remoteRef: { key: payments/db } }]
`;

/** What stands beside them in a repository: other kinds, other groups, files of other tools. */
const others = {
  'monitoring/service-monitor.yaml':
    'apiVersion: v1\nkind: ServiceMonitor\nmetadata: { name: a, namespace: b }\nspec: {}\n',
  'monitoring/rules.yml':
    'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: { name: a }\nspec: { groups: [] }\n',
  'store.yaml': 'apiVersion: secrets.example/v1\nkind: SecretStore\nmetadata: { name: files }\nspec: 7\n',
  'cluster.yaml': 'apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: { name: a }\n',
  'push.yaml': 'apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: { name: a }\n',
  'kustomization.yaml': 'resources: [store.yaml]\n',
  'values.yaml': 'replicaCount: 2\nkind: [1]\n',
  'list.json': JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [{ kind: 'Secret', data: { a: 'b' } }],
  }),
  'empty.yaml': '# nothing\n---\n',
  'notes.txt': ': not YAML [',
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-mixed-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const check = async (files: Readonly<Record<string, string>>): Promise<Ran> => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { status, out, error } = await runCli(['check', '-f', folder]);
  return { status, out: out.replaceAll(`${folder}/`, ''), error: error.replaceAll(`${folder}/`, '') };
};

describe('keyferry check of a folder', () => {
  test('passes over kinds that are not ours', async () => {
    expect(await check({ ...others, 'ours/all.yaml': `${store}---\n${externalSecret}` })).toEqual({
      status: 0,
      out: '0 would be injected, 0 refused, 0 left alone; stores and ExternalSecrets: 2 right, 0 wrong\n',
      error: '',
    });
  });

  test('has nothing against copies of one object', async () => {
    const copies = {
      'a.yaml': store,
      'b.yaml': `# a copy\n${store}---\n${externalSecret}`,
      'c.yaml': externalSecret,
    };
    expect(await check(copies)).toMatchObject({ status: 0, error: '' });
  });

  test('and says which of them differ', async () => {
    const other = store.replace('/srv', '/other');
    expect(await check({ 'a.yaml': store, 'b.yaml': other })).toEqual({
      status: 2,
      out: '',
      error:
        'keyferry: b.yaml: SecretStore payments files is already in a.yaml, and says something else there\n',
    });
  });
});

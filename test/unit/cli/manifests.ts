import { parse } from 'yaml';

const template = (indent: string, more: readonly string[] = []): string =>
  [
    'metadata:',
    '  annotations:',
    "    keyferry.dev/inject: 'true'",
    '    keyferry.dev/store: vault',
    '    keyferry.dev/secret.password: db#password',
    ...more.map((line) => `    ${line}`),
    'spec:',
    '  containers:',
    '    - name: app',
    '      image: app',
    "      env: [{ name: SWITCH, value: 'on' }]",
  ]
    .map((line) => `${indent}${line}\n`)
    .join('');

const head = (apiVersion: string, kind: string, name: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: payments }\n`;

const pod = `apiVersion: v1\nkind: Pod\n${template('').replace('metadata:', 'metadata:\n  name: plain\n  namespace: payments')}`;
export const deployment = `${head('apps/v1', 'Deployment', 'web')}spec:\n  replicas: 2\n  template:\n${template('    ')}`;
const cronJob = `${head('batch/v1', 'CronJob', 'nightly')}spec:\n  schedule: '0 2 * * *'\n  jobTemplate:\n    spec:\n      template:\n${template('        ', ["keyferry.dev/lifecycle: 'init'"])}`;
export const store = `${head('keyferry.dev/v1beta1', 'SecretStore', 'vault')}spec:\n  provider:\n    vault:\n      server: https://vault.example\n      path: kv\n      auth: { jwt: { role: web } }\n`;
export const configMap = `${head('v1', 'ConfigMap', 'other')}data: { a: 'no' }\n`;
const mistaken = deployment
  .replace('db#password', 'db#')
  .replace('name: web', 'name: broken')
  .replace('vault\n', 'valt\n');
const misplaced = `${head('apps/v1', 'Deployment', 'misplaced').replace('payments }', "payments, annotations: { keyferry.dev/inject: 'true' } }")}spec:\n  template:\n    spec:\n      containers: [{ name: app }]\n`;

export const manifestFiles: Readonly<Record<string, string>> = {
  'pod.yaml': pod,
  'store.yaml': store,
  'deployment.yaml': deployment,
  'mistaken.yaml': mistaken,
  'misplaced.yaml': misplaced,
  'plain.yaml': configMap,
  'empty.yaml': '# nothing\n---\n',
  'broken.yaml': 'a: [\n',
  'not-a-pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec: { containers: app }\n',
  'apps/all.yaml': [deployment, configMap, cronJob, store].join('---\n'),
  'apps/deep/list.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [parse(pod)] }),
  'apps/README.md': 'no manifest',
};

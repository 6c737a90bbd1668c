import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { configMap, deployment, manifestFiles, store } from './manifests.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'keyferry');
const folder = mkdtempSync(join(tmpdir(), 'keyferry-cli-'));

beforeAll(() => {
  for (const [name, text] of Object.entries(manifestFiles)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

const run = (line: string, input = ''): Ran => {
  const argv = line.split(' ').filter((word) => word !== '');
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: folder, input, encoding: 'utf8' });
  return { status, out: stdout, error: stderr };
};

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: { readonly initContainers?: { readonly name: string }[]; readonly [field: string]: unknown };
}

const printed = (text: string): Printed[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Printed);

const unknownStore =
  'there is no SecretStore "valt" in namespace "payments" and no ClusterSecretStore of that name; did you mean vault?';

describe('keyferry inject', () => {
  test('prints a pod as the webhook would make it', () => {
    const { status, out, error } = run('inject -f pod.yaml -m store.yaml');
    const [found] = printed(out);
    expect([status, error]).toEqual([0, '']);
    expect(found?.spec.initContainers?.map(({ name }) => name)).toEqual(['keyferry-refresh']);
    expect(found?.metadata.annotations?.['keyferry.dev/status']).toMatch(/"plan":"[0-9a-f]{16}"/);
  });

  test('prints every document of a folder, changed only where it makes annotated pods', () => {
    const { status, out } = run('inject -f apps -m store.yaml'.replace(' -m store.yaml', ''));
    const found = printed(out);
    expect(status).toBe(0);
    expect(found.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'ConfigMap',
      'CronJob',
      'SecretStore',
      'Pod',
    ]);
    expect(found[1]).toEqual(parse(configMap));
    expect(found[0]).toMatchObject({
      spec: { replicas: 2, template: { spec: { initContainers: [{ name: 'keyferry-refresh' }] } } },
    });
    expect(found[2]).toMatchObject({
      spec: {
        jobTemplate: { spec: { template: { spec: { initContainers: [{ name: 'keyferry-init' }] } } } },
      },
    });
  });

  test('writes YAML that kubectl reads as it was meant: quotes around "on" and "no", and no anchors', () => {
    const { out } = run('inject -f apps');
    expect(out).toContain('value: "on"');
    expect(out).toContain('a: "no"');
    expect(out).not.toMatch(/[&*][a-z]\d/);
  });

  test('reads standard input', () => {
    const { status, out } = run('inject -f - -m store.yaml', deployment);
    expect(status).toBe(0);
    expect(printed(out)).toHaveLength(1);
    expect(run('inject -f deployment.yaml -m -', store)).toEqual({ status, out, error: '' });
  });

  test('prints what it printed already unchanged', () => {
    const once = run('inject -f apps').out;
    expect(run('inject -f -', once)).toEqual({ status: 0, out: once, error: '' });
  });

  test('leaves out what would be refused, says why, and fails', () => {
    const { status, out, error } = run('inject -f mistaken.yaml -f pod.yaml -m store.yaml');
    expect(status).toBe(1);
    expect(printed(out).map(({ metadata }) => metadata.name)).toEqual(['plain']);
    expect(error).toBe(
      [
        'mistaken.yaml: Deployment payments/broken: 2 problems',
        '  keyferry.dev/secret.password: the property is empty',
        `  keyferry.dev/store: ${unknownStore}`,
        '',
      ].join('\n'),
    );
  });

  test('as JSON has the documents in it', () => {
    const { status, out } = run(
      'inject -f pod.yaml -m store.yaml --output json --agent-image mirror/agent:1',
    );
    const { items } = JSON.parse(out) as {
      items: { outcome: string; document: { spec: { initContainers: object[] } } }[];
    };
    expect(status).toBe(0);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      source: 'pod.yaml',
      title: 'Pod payments/plain',
      outcome: 'inject',
      problems: [],
      warnings: [],
      document: { spec: { initContainers: [{ image: 'mirror/agent:1' }] } },
    });
  });
});

describe('keyferry check', () => {
  test('says that all is well', () => {
    expect(run('check -f apps')).toEqual({
      status: 0,
      out: '3 would be injected, 0 refused, 0 left alone; stores and ExternalSecrets: 1 right, 0 wrong\n',
      error: '',
    });
  });

  test('reads a file once that is given twice, or in a folder that is given too', () => {
    expect(run('check -f apps -m apps -m ./apps/all.yaml').status).toBe(0);
    expect(run('check -f ./pod.yaml -f pod.yaml -m store.yaml').out).toMatch(/^1 would be injected/);
  });

  test('says everything that is wrong', () => {
    const { status, out, error } = run(
      'check -f mistaken.yaml -f misplaced.yaml -f not-a-pod.yaml -m store.yaml',
    );
    expect([status, error]).toEqual([1, '']);
    expect(out).toBe(
      [
        'mistaken.yaml: Deployment payments/broken: 2 problems',
        '  keyferry.dev/secret.password: the property is empty',
        `  keyferry.dev/store: ${unknownStore}`,
        'misplaced.yaml: Deployment payments/misplaced: 1 problem',
        "  keyferry.dev/inject: stands on the Deployment itself and does nothing there; move it to the pod template's metadata",
        'not-a-pod.yaml: Pod default/x: 1 problem',
        '  pod: is not a pod: spec.containers: Invalid input: expected array, received string',
        '0 would be injected, 2 refused, 1 left alone',
        '',
      ].join('\n'),
    );
  });

  test('finds annotations on the job template of a CronJob', () => {
    const text = [
      'apiVersion: batch/v1',
      'kind: CronJob',
      'metadata: { name: nightly }',
      'spec:',
      '  jobTemplate:',
      "    metadata: { annotations: { keyferry.dev/inject: 'true' } }",
      '    spec: { template: { spec: { containers: [{ name: app }] } } }',
    ].join('\n');
    const { status, out } = run('check -f -', text);
    expect(status).toBe(1);
    expect(out).toContain(
      "  keyferry.dev/inject: stands on the CronJob's jobTemplate and does nothing there; move it to the pod template's metadata\n",
    );
  });

  test('leaves a kind of the same name alone that is of another group', () => {
    const text = deployment.replace('apps/v1', 'example.org/v1');
    expect(run('check -f -', text)).toEqual({
      status: 0,
      out: '0 would be injected, 0 refused, 0 left alone\n',
      error: 'keyferry: no pod asks for secrets (keyferry.dev/inject: "true")\n',
    });
  });

  test('as JSON has codes, and no documents', () => {
    const { status, out } = run('check -f mistaken.yaml -f misplaced.yaml -m store.yaml --output json');
    const { items } = JSON.parse(out) as { items: Record<string, unknown>[] };
    expect(status).toBe(1);
    expect(items).toEqual([
      {
        source: 'mistaken.yaml',
        title: 'Deployment payments/broken',
        outcome: 'deny',
        warnings: [],
        secretUses: [],
        problems: [
          { code: 'invalid_value', place: 'keyferry.dev/secret.password', message: 'the property is empty' },
          { code: 'unknown_store', place: 'keyferry.dev/store', message: unknownStore },
        ],
      },
      expect.objectContaining({
        outcome: 'skip',
        problems: [expect.objectContaining({ code: 'misplaced_annotation' })],
      }),
    ]);
  });

  test('names a store that is not there, and the namespace of documents that name none', () => {
    const text = deployment.replace(', namespace: payments', '');
    expect(run('check -f -', text).out).toContain('there is no SecretStore "vault" in namespace "default"');
    expect(run('check -n payments -m store.yaml -f -', text).status).toBe(0);
    expect(run('check -n billing -m store.yaml -f -', text).out).toContain(
      'another namespace has a SecretStore of that name',
    );
  });

  test('says warnings without failing', () => {
    const text = store.replace('jwt: { role: web }', 'kubernetes: { role: web }');
    const { status, out } = run('check -f deployment.yaml -m -', text);
    expect(status).toBe(0);
    expect(out).toMatch(
      /^deployment\.yaml: Deployment payments\/web: warning: SecretStore payments\/vault: it logs in with a token/,
    );
  });

  test('holds stores to what an install would allow', () => {
    const text = store.replace('https://vault', 'http://vault');
    expect(run('check -f deployment.yaml -m -', text).out).toContain('only https is allowed here');
    expect(run('check -f deployment.yaml -m - --allow-http', text).status).toBe(0);
    expect(run('check -f deployment.yaml -m store.yaml --allowed-servers https://*.corp').status).toBe(1);
    expect(run('check -f deployment.yaml -m store.yaml --allowed-servers https://*.example').status).toBe(0);
  });

  test.each(['plain.yaml', 'empty.yaml'])('says that nobody asked for anything in %s', (name) => {
    const { status, error } = run(`check -f ${name}`);
    expect([status, error]).toEqual([0, 'keyferry: no pod asks for secrets (keyferry.dev/inject: "true")\n']);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['check -f nowhere.yaml', /^keyferry: nowhere\.yaml: there is no such file or folder\n$/],
    ['check -f broken.yaml', /^keyferry: broken\.yaml: .+\n$/],
    ['check -f pod.yaml -m broken.yaml -m nowhere', /nowhere: there is no such[\s\S]*broken\.yaml: /],
    ['', /which command\? inject, check, explain, render or refresh[\s\S]*Usage: keyferry/],
    ['check -f pod.yaml --frobnicate', /--frobnicate[\s\S]*Usage: keyferry/],
  ])('%s', (line, message) => {
    const { status, out, error } = run(line);
    expect([status, out]).toEqual([2, '']);
    expect(error).toMatch(message);
  });

  test('the same object twice, if one says something else', () => {
    const other = store.replace('server: ', 'server: https://other.example # ');
    const { status, error } = run('check -f deployment.yaml -m store.yaml -m -', other);
    expect([status, error]).toEqual([
      2,
      'keyferry: -: SecretStore payments vault is already in store.yaml, and says something else there\n',
    ]);
    expect(run('check -f deployment.yaml -m store.yaml -m -', store)).toMatchObject({ status: 0, error: '' });
  });

  test('help is no mistake', () => {
    const { status, out } = run('help');
    expect(status).toBe(0);
    expect(out).toMatch(/^Usage: keyferry/);
  });
});

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { object, pod, RefreshCluster } from './refresh-cluster.ts';

let cluster: RefreshCluster;

beforeEach(async () => {
  cluster = await RefreshCluster.start();
});
afterEach(async () => {
  await cluster.stop();
});

describe("the caller's rights", () => {
  const grant = (verbs: readonly string[]): void => {
    const metadata = { name: 'dev', namespace: 'payments' };
    cluster.api.apply(
      object('rbac.authorization.k8s.io/v1', 'Role', metadata, {
        rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
      }),
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', metadata, {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'dev' },
        subjects: [{ kind: 'User', name: 'dev' }],
      }),
    );
    cluster.actAs('dev');
  };

  test('get and patch on pods are enough for pods', async () => {
    cluster.api.apply(pod('web'));
    grant(['get', 'patch']);
    expect((await cluster.run('refresh pod web -n payments')).status).toBe(0);
  });

  test('list and patch on pods are enough for labels', async () => {
    cluster.api.apply(pod('web', { labels: { app: 'web' } }));
    grant(['list', 'patch']);
    expect((await cluster.run('refresh -l app -n payments')).status).toBe(0);
  });

  const needs = (verb: string, resource: string, group: string): RegExp =>
    new RegExp(
      `you are not allowed to ${verb} ${resource} in namespace "payments": it takes a Role there with the verb "${verb}" on "${resource}" \\(.*User "dev" cannot ${verb} resource "${resource.split('.')[0] ?? ''}" in API group "${group}" in the namespace "payments"\\)`,
    );

  test.each([
    [['patch'], 'refresh pod web', 'get', 'pods', ''],
    [['get', 'patch'], 'refresh -l app', 'list', 'pods', ''],
    [['get', 'patch'], 'refresh deployment web', 'get', 'deployments.apps', 'apps'],
  ])('with %j on pods, %s says what is missing', async (verbs, line, ...[verb, resource, group]) => {
    cluster.api.apply(pod('web', { labels: { app: 'web' } }));
    grant(verbs);
    const ran = await cluster.run(`${line} -n payments`);
    expect([ran.status, ran.out]).toEqual([1, '0 refreshed, 0 skipped, 0 failed\n']);
    expect(ran.error).toMatch(needs(verb, resource, group));
  });

  test('without patch each pod fails', async () => {
    cluster.api.apply(pod('web'));
    grant(['get', 'list']);
    const ran = await cluster.run('refresh pod web -n payments');
    expect(ran.status).toBe(1);
    expect(ran.out).toMatch(needs('patch', 'pods', ''));
    expect(ran.out).toMatch(/^payments\/web: failed: [\s\S]*\n0 refreshed, 0 skipped, 1 failed\n$/);
    expect(cluster.forceSyncOf('web')).toBeUndefined();
  });

  test('credentials that the server does not know', async () => {
    const config = parse(cluster.api.kubeconfig()) as { users: { user: { token: string } }[] };
    config.users[0]!.user.token = 'nobody';
    writeFileSync(cluster.kubeconfig, stringify(config));
    const ran = await cluster.run('refresh pod web -n payments');
    expect(ran.error).toBe(
      "keyferry: the API server does not accept the kubeconfig's credentials: Unauthorized\n",
    );
  });
});

describe('the kubeconfig', () => {
  interface Kubeconfig {
    clusters: { cluster: Record<string, unknown> }[];
    contexts: { name: string; context: Record<string, unknown> }[];
    'current-context'?: string;
  }

  const write = (name: string, change: (config: Kubeconfig) => void): string => {
    const config = parse(cluster.api.kubeconfig()) as Kubeconfig;
    change(config);
    const path = join(cluster.folder, name);
    writeFileSync(path, stringify(config));
    return path;
  };

  beforeEach(() => {
    cluster.api.apply(pod('web'));
  });

  test("the context's namespace is the default", async () => {
    cluster.kubeconfig = write('with-namespace', ({ contexts }) => {
      contexts[0]!.context['namespace'] = 'payments';
    });
    expect((await cluster.run('refresh pod web')).out).toMatch(/^payments\/web: refreshed/);
    expect((await cluster.run('refresh pod web -n default')).error).toContain(
      'no Pod "web" in namespace "default"',
    );
  });

  test('--context, and --kubeconfig before KUBECONFIG', async () => {
    const path = write('two', (config) => {
      config.contexts.push({ name: 'bare', context: { ...config.contexts[0]!.context, user: 'nobody' } });
      delete config['current-context'];
    });
    const line = `refresh pod web -n payments --kubeconfig ${path}`;
    expect((await cluster.run(`${line} --context kube-api`)).status).toBe(0);
    expect((await cluster.run(`${line} --context bare`)).error).toBe(
      `keyferry: the context bare in ${path} names a user that is not there\n`,
    );
    expect((await cluster.run(line)).error).toBe(
      `keyferry: no context is set in ${path}; name one with --context\n`,
    );
    expect((await cluster.run(`${line} --context other`)).error).toBe(
      `keyferry: there is no context other in ${path}\n`,
    );
  });

  test('several files of KUBECONFIG are one, and those that are not there are passed over', async () => {
    const first = join(cluster.folder, 'first');
    writeFileSync(first, 'apiVersion: v1\nkind: Config\n');
    const files = [join(cluster.folder, 'nowhere'), first, cluster.kubeconfig, cluster.kubeconfig].join(
      delimiter,
    );
    expect((await cluster.run('refresh pod web -n payments', { KUBECONFIG: files })).status).toBe(0);
  });

  test('without any, the one of the home folder is looked for', async () => {
    const { status: code, error } = await cluster.run('refresh pod web', { KUBECONFIG: '' });
    expect([code, error]).toEqual([
      2,
      `keyferry: there is no kubeconfig: looked for ${join(cluster.folder, '.kube', 'config')}; name one with --kubeconfig or KUBECONFIG\n`,
    ]);
    expect((await cluster.run('refresh pod web --kubeconfig gone')).error).toBe(
      'keyferry: there is no kubeconfig gone\n',
    );
  });

  test('one that cannot be read is not quoted', async () => {
    writeFileSync(cluster.kubeconfig, 'users:\n- name: me\n  user:\n    token: opensesame\n   bad: [\n');
    const ran = await cluster.run('refresh pod web');
    expect(ran.status).toBe(2);
    expect(ran.error).toContain(`cannot read the kubeconfig ${cluster.kubeconfig}: `);
    expect(ran.error).not.toContain('opensesame');
  });

  test('a server that is not there', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const unused = listener.address() as AddressInfo;
    listener.close();
    await once(listener, 'close');
    cluster.kubeconfig = write('elsewhere', ({ clusters }) => {
      clusters[0]!.cluster['server'] = `https://127.0.0.1:${unused.port}`;
    });
    const ran = await cluster.run('refresh pod web -n payments');
    expect(ran.status).toBe(1);
    expect(ran.error).toMatch(/^keyferry: cannot get Pod "web" in namespace "payments": .*ECONNREFUSED/);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { object, ownedBy, pod, RefreshCluster, status } from './refresh-cluster.ts';

let cluster: RefreshCluster;

beforeEach(async () => {
  cluster = await RefreshCluster.start();
});
afterEach(async () => {
  await cluster.stop();
});

describe('the pods of others', () => {
  test('with labels', async () => {
    cluster.api.apply(pod('web-1', { labels: { app: 'web' } }), pod('job-1', { labels: { app: 'job' } }));
    expect((await cluster.run('refresh -l app=web -n payments')).status).toBe(0);
    expect((await cluster.run('refresh pods --selector app=none -n payments')).error).toBe(
      'keyferry: no pod in namespace "payments" has the labels app=none\n',
    );
    expect([cluster.forceSyncOf('web-1'), cluster.forceSyncOf('job-1')]).toEqual([
      expect.any(String),
      undefined,
    ]);
  });

  test.each([
    ['StatefulSet', 'apps/v1', 'sts'],
    ['DaemonSet', 'apps/v1', 'daemonset'],
    ['ReplicaSet', 'apps/v1', 'replicasets'],
    ['Job', 'batch/v1', 'job'],
  ])('of a %s: those that it made, whoever else has the labels', async (kind, apiVersion, word) => {
    const spec = {
      selector: {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'canary', operator: 'DoesNotExist' }],
      },
    };
    const [workload] = cluster.api.apply(
      object(apiVersion, kind, { name: 'web', namespace: 'payments' }, { spec }),
    );
    const own = ownedBy(kind, workload?.metadata.uid ?? '');
    cluster.api.apply(
      pod('web-1', { labels: { app: 'web' }, ...own }),
      pod('web-canary', { labels: { app: 'web', canary: 'yes' }, ...own }),
      pod('stray', { labels: { app: 'web' } }),
    );
    const ran = await cluster.run(`refresh ${word} web -n payments`);
    expect([ran.status, ran.error]).toEqual([0, '']);
    expect(ran.out).toMatch(/^payments\/web-1: refreshed\n1 refreshed, 0 skipped/);
    expect(cluster.api.requests.some(({ path }) => path.includes('labelSelector=app%3Dweb'))).toBe(true);
  });

  test('of a Deployment: those of its ReplicaSets', async () => {
    const spec = { selector: { matchLabels: { app: 'web' } } };
    cluster.api.apply(object('apps/v1', 'Deployment', { name: 'web', namespace: 'payments' }, { spec }));
    cluster.api.apply(
      pod('web-1', { labels: { app: 'web' }, ...ownedBy('ReplicaSet', 'a') }),
      pod('stray', { labels: { app: 'web' }, ...ownedBy('Job', 'b') }),
    );
    const ran = await cluster.run('refresh deployment/web -n payments');
    expect(ran.out).toMatch(/^payments\/web-1: refreshed\n1 refreshed, 0 skipped/);
  });

  test('a workload that is not there, and one without pods', async () => {
    const spec = { selector: { matchLabels: { app: 'web' } } };
    cluster.api.apply(object('apps/v1', 'Deployment', { name: 'web', namespace: 'payments' }, { spec }));
    const ran = await cluster.run('refresh deployment web wbe -n payments');
    expect(ran).toEqual({
      status: 1,
      out: '0 refreshed, 0 skipped, 0 failed\n',
      error:
        'keyferry: Deployment "web" in namespace "payments" has no pods\n' +
        'keyferry: there is no Deployment "wbe" in namespace "payments"\n',
    });
  });

  test('of an ExternalSecret: those that name it', async () => {
    const naming = (list: string) => ({
      annotations: { ...status('native'), 'keyferry.dev/external-secrets': list },
    });
    cluster.api.apply(pod('both', naming('db, api')), pod('other', naming('api-2')), pod('none'));
    expect((await cluster.run('refresh externalsecret api -n payments')).out).toMatch(
      /^payments\/both: refreshed\n1 ref/,
    );
    expect((await cluster.run('refresh es dbs -n payments')).error).toBe(
      'keyferry: no pod in namespace "payments" names ExternalSecret "dbs" in its annotation keyferry.dev/external-secrets\n',
    );
  });
});

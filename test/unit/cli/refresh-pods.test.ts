import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pod, status, RefreshCluster } from './refresh-cluster.ts';

let cluster: RefreshCluster;

beforeEach(async () => {
  cluster = await RefreshCluster.start();
});
afterEach(async () => {
  await cluster.stop();
});

describe('keyferry refresh pod', () => {
  test('gives the pods a new value, the same for all, and nobody touches a Secret', async () => {
    cluster.api.apply(pod('web-1', { labels: { app: 'web' } }), pod('web-2'), pod('web-3'));
    const ran = await cluster.run('refresh pod web-2 web-1 -n payments');
    const value = cluster.forceSyncOf('web-1');
    expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect([cluster.forceSyncOf('web-2'), cluster.forceSyncOf('web-3')]).toEqual([value, undefined]);
    expect(ran).toEqual({
      status: 0,
      error: '',
      out:
        'payments/web-1: refreshed\npayments/web-2: refreshed\n2 refreshed, 0 skipped, 0 failed\n' +
        `keyferry.dev/force-sync is now ${String(value)}; each agent reads everything anew as soon as the kubelet shows it the change, after 15 to 90 s.\n`,
    });
    expect(cluster.api.get('pods', 'web-1', 'payments')?.metadata).toMatchObject({
      labels: { app: 'web' },
      annotations: status('native'),
    });
    expect(cluster.api.secretAccesses).toEqual([]);
  });

  test('gives another value the next time', async () => {
    cluster.api.apply(pod('web-1'));
    await cluster.run('refresh pod/web-1 -n payments');
    const first = cluster.forceSyncOf('web-1');
    await cluster.run('refresh po web-1 -n payments');
    expect(cluster.forceSyncOf('web-1')).not.toBe(first);
  });

  test('skips pods that nobody would hear in, and says why', async () => {
    cluster.api.apply(
      pod('bare', { annotations: {} }),
      pod('done', {}, 'Succeeded'),
      pod('ending', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      pod('once', { annotations: status('init') }),
      pod('web'),
    );
    const ran = await cluster.run('refresh pods bare done ending once web -n payments');
    expect(ran.status).toBe(0);
    expect(ran.out).toContain(
      [
        'payments/bare: skipped: Keyferry did not inject it (it has no annotation keyferry.dev/status)',
        'payments/done: skipped: it has ended',
        'payments/ending: skipped: it is being deleted',
        'payments/once: skipped: its lifecycle is init: no agent runs on that could read anew',
        'payments/web: refreshed',
        '1 refreshed, 4 skipped, 0 failed\n',
      ].join('\n'),
    );
    expect(cluster.forceSyncOf('bare')).toBeUndefined();
  });

  test('fails where nothing was done', async () => {
    cluster.api.apply(pod('bare', { annotations: {} }));
    expect(await cluster.run('refresh pod bare -n payments')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/0 refreshed, 1 skipped, 0 failed\n$/) as unknown,
    });
  });

  test('names a pod that is not there, and refreshes the others', async () => {
    cluster.api.apply(pod('web'));
    const ran = await cluster.run('refresh pod wbe web -n payments');
    expect([ran.status, ran.error]).toEqual([1, 'keyferry: there is no Pod "wbe" in namespace "payments"\n']);
    expect(cluster.forceSyncOf('web')).toBeDefined();
  });

  test('changes nothing in a dry run', async () => {
    cluster.api.apply(pod('web'), pod('bare', { annotations: {} }));
    const ran = await cluster.run('refresh pod web bare -n payments --dry-run');
    expect([ran.status, ran.out]).toEqual([
      0,
      'payments/bare: skipped: Keyferry did not inject it (it has no annotation keyferry.dev/status)\n' +
        'payments/web: would be refreshed\n1 would be refreshed, 1 skipped, 0 failed\n',
    ]);
    expect(cluster.api.requests.map(({ method }) => method)).not.toContain('PATCH');
  });

  test('as JSON', async () => {
    cluster.api.apply(pod('web'));
    const ran = await cluster.run('refresh pod web gone -n payments --output json');
    expect([ran.status, ran.error]).toEqual([1, '']);
    expect(JSON.parse(ran.out)).toEqual({
      namespace: 'payments',
      value: cluster.forceSyncOf('web'),
      dryRun: false,
      pods: [{ name: 'web', outcome: 'refreshed' }],
      problems: ['there is no Pod "gone" in namespace "payments"'],
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { explain, section, vault, workload } from './explain-run.ts';

describe('calls and costs', () => {
  const secret = { 'secret.a': 'vault://a' };

  test('a Job is counted for a run', async () => {
    const job = workload(secret, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: 'sum',
      spec: { completions: 4 },
    });
    const { out } = await explain([vault, job], '--price vault=1/10');
    expect(section(out, 'Calls')).toBe(
      `  Calls a run, of one pod
    vault: 3 a pod, 12 in all
      1: 1 secret
      1: login
      1: list of engines after a login
    Together 3 × 4 pods = 12 (completions; tries that fail come on top).
    A pod that runs longer than an interval reads again.
    Cost, vault: 1.20 (at 1.00 for 10 calls).

1 would be injected, 0 refused, 0 left alone; stores and ExternalSecrets: 1 right, 0 wrong
`,
    );
  });

  test('several workloads have a sum, without Jobs and without those whose pods nobody knows', async () => {
    const documents = [
      vault,
      workload(secret, { spec: { replicas: 2 } }),
      workload(secret, { kind: 'StatefulSet', spec: { replicas: 3 } }),
      workload(secret, { kind: 'DaemonSet' }),
      workload(secret, { apiVersion: 'batch/v1', kind: 'Job' }),
    ];
    const { out } = await explain(documents, '--price vault=$1/1000 --vault-token-ttl 20m');
    expect(out).toContain(
      'One pod: 2,160. Number of pods: one on each node; give their number with --replicas.',
    );
    expect(out).toContain('Cost, vault: $2.16 a pod (at $1.00 for 1,000 calls).');
    expect(out).toContain(
      'Together, 2 workloads: 10,800 calls a month\n  vault: $10.80 (at $1.00 for 1,000 calls)\n\n4 would be injected',
    );
    const all = await explain(documents.slice(0, 4), '--replicas 10 --vault-token-ttl 20m');
    expect(all.out).toContain('Together, 3 workloads: 64,800 calls a month\n');
  });

  test('without a price it says how to give one', async () => {
    const { out } = await explain([vault, workload(secret)]);
    expect(out).toContain('Cost, vault: no price given; --price vault=AMOUNT/CALLS counts it.');
  });
});

describe('the whole', () => {
  const wrong = workload({ 'secret.a': 'valt://a' }, { name: 'wrong' });

  test('what can be explained is, and problems are told as check does', async () => {
    const { status, out } = await explain([vault, workload({ 'secret.a': 'vault://a' }), wrong]);
    expect(status).toBe(1);
    expect(out).toMatch(/^Deployment payments\/web \(-, document 2\)\n {2}Files\n/);
    expect(out).toMatch(
      /\n\n-, document 3: Deployment payments\/wrong: 1 problem\n {2}keyferry\.dev\/secret\.a: there is no SecretStore "valt" .*did you mean vault\?\n1 would be injected, 1 refused, 0 left alone; stores and ExternalSecrets: 1 right, 0 wrong\n$/,
    );
    expect(out).not.toContain('payments/wrong (');
  });

  test('lines keep to 100 columns, and the same manifests give the same text', async () => {
    const documents = [vault, workload({ 'secret.a': 'vault://a', 'extract.b': 'vault://creds/b' })];
    const { out } = await explain(documents);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect((await explain(documents)).out).toBe(out);
  });

  test('as data', async () => {
    const { status, out } = await explain(
      [vault, workload({ 'secret.a': 'vault://a#b' }, { spec: { replicas: 2 } }), wrong],
      '--output json --price vault=1/1000',
    );
    expect(status).toBe(1);
    const both = (calls: number) => ({ expected: calls, most: calls });
    expect(JSON.parse(out)).toMatchObject({
      month: { days: 30, hours: 720 },
      assumptions: { vaultTokenSeconds: 3600, vaultLeaseSeconds: 3600 },
      items: [
        { title: 'SecretStore payments/vault', outcome: 'valid' },
        {
          title: 'Deployment payments/web',
          outcome: 'inject',
          problems: [],
          serviceAccount: 'payments/api',
          mountPath: '/secrets',
          containers: ['app', 'worker'],
          lifecycle: 'native',
          startTimeoutSeconds: 20,
          files: [
            {
              path: '/secrets/a',
              store: 'vault',
              key: 'a',
              property: 'b',
              optional: false,
              mode: '0440',
              owner: 65532,
              group: 2000,
              refresh: { kind: 'interval', seconds: 3600 },
            },
          ],
          stores: [
            { name: 'vault', login: { kind: 'vault', mount: 'auth/jwt', role: 'web', audience: 'vault' } },
          ],
          calls: {
            pods: { count: 2, per: 'month' },
            perPod: both(2160),
            perStart: both(3),
            total: both(4320),
            costs: [{ price: { provider: 'vault', amount: 1, calls: 1000 }, ...both(4.32) }],
          },
        },
        { title: 'Deployment payments/wrong', outcome: 'deny', problems: [{ code: 'unknown_store' }] },
      ],
      together: { calls: both(4320) },
    });
  });
});

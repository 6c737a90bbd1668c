import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startBrokerCertificates, type BrokerCertificates } from '../../certs/broker.ts';
import { trustKey } from '../../lib/broker/names.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TrustCluster } from '../support/trust-cluster.ts';
import { until, untilAdvancing } from '../support/until.ts';

const day = 86_400_000;
let cluster: TrustCluster;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let replicas: BrokerCertificates[];

/** Starts a replica, with its pod. */
const replica = async (
  name: string,
  lifetimeMilliseconds = 30 * day,
  podUid = cluster.addBroker(name),
): Promise<BrokerCertificates> => {
  const started = await startBrokerCertificates({
    connection: cluster.broker,
    clock,
    random: Math.random,
    log: logged.log,
    namespace: 'keyferry-system',
    podUid,
    lifetimeMilliseconds,
  });
  if (!started.ok) throw new Error(started.error);
  replicas.push(started.value);
  return started.value;
};

/** A replica that serves alone. */
const first = async (): Promise<BrokerCertificates> => {
  const started = await replica('a');
  await untilAdvancing(clock, () => started.certificate.ready);
  cluster.setReady('a');
  return started;
};

const writtenBy = (name: string): boolean => cluster.trusted().includes(name);

/** Moves time on in small steps, so that watches can follow. */
const pass = async (milliseconds: number, step = 1000): Promise<void> => {
  const end = clock.monotonic() + milliseconds;
  await untilAdvancing(clock, () => clock.monotonic() >= end, { step });
};

beforeEach(async () => {
  clock = new ManualClock();
  cluster = await TrustCluster.open(clock);
  logged = logLines();
  replicas = [];
});
afterEach(async () => {
  await Promise.all(replicas.map((each) => each.stop()));
  await cluster.close();
});

describe('the bundle of the brokers', () => {
  test('is made by the first replica, and the others join it', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => replica(name)));
    await untilAdvancing(clock, () => cluster.trusted().length === 3);
    expect(cluster.trusted()).toEqual(['a', 'b', 'c']);
    expect(cluster.configMap()).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'keyferry' } },
    });
    expect(Object.keys(cluster.configMap()?.data ?? {})).toEqual([trustKey]);
    const writes = cluster.writes().length;
    await pass(300_000, 5000);
    expect(cluster.writes()).toHaveLength(writes);
    expect(JSON.stringify([logged.lines, cluster.configMap()])).not.toContain('PRIVATE');
  });

  test('has certificates for the name that agents call', async () => {
    const { certificate } = await first();
    const leaf = new X509Certificate(certificate.current().certificatePem);
    expect(leaf.subjectAltName).toContain('DNS:keyferry-broker.keyferry-system.svc,');
    expect(leaf.ca).toBe(false);
  });

  test('comes back at once, whole, when the ConfigMap is deleted or wiped', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => replica(name)));
    await untilAdvancing(clock, () => cluster.trusted().length === 3);
    const whole = cluster.bundle();
    // No time passes from here on.
    cluster.api.delete('configmaps', 'keyferry-trust', 'keyferry-system');
    await until(() => cluster.bundle() === whole);
    cluster.write('keyferry-system', { [trustKey]: '' });
    await until(() => cluster.bundle() === whole);
  });

  test('loses a certificate 5 min after its pod, and not because it is not Ready', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => replica(name)));
    await untilAdvancing(clock, () => cluster.trusted().length === 3);
    await replicas[2]?.stop();
    await pass(360_000, 5000);
    expect(cluster.trusted()).toEqual(['a', 'b', 'c']);
    const since = clock.monotonic();
    cluster.deletePod('c');
    await untilAdvancing(clock, () => cluster.trusted().length === 2, { step: 1000 });
    expect(cluster.trusted()).toEqual(['a', 'b']);
    expect(clock.monotonic() - since).toBeGreaterThanOrEqual(300_000);
  }, 60_000);
});

describe('a replica is ready', () => {
  test('at once where no other serves, when its certificate is written', async () => {
    const { certificate } = await replica('a');
    expect(certificate.ready).toBe(false);
    await until(() => certificate.ready);
    expect(writtenBy('a')).toBe(true);
    expect(clock.monotonic()).toBe(0);
  });

  test('at once where its own pod is called Ready still, as after a restart of the container', async () => {
    const podUid = cluster.addBroker('a');
    cluster.setReady('a');
    const { certificate } = await replica('a', 30 * day, podUid);
    await until(() => certificate.ready);
    expect(clock.monotonic()).toBe(0);
  });

  test('150 s after all copies have its certificate, where another serves', async () => {
    await first();
    const { certificate } = await replica('b');
    await untilAdvancing(clock, () => writtenBy('b'));
    await pass(400_000, 5000);
    expect(certificate.ready).toBe(false);
    cluster.noteCopied();
    const since = clock.monotonic();
    await pass(145_000, 5000);
    expect(certificate.ready).toBe(false);
    await untilAdvancing(clock, () => certificate.ready);
    expect(clock.monotonic() - since).toBeGreaterThanOrEqual(150_000);
    expect(clock.monotonic() - since).toBeLessThan(165_000);
  }, 60_000);

  test('at once when the other goes, is no longer Ready, or is being deleted', async () => {
    await first();
    const { certificate } = await replica('b');
    await untilAdvancing(clock, () => writtenBy('b'));
    expect(certificate.ready).toBe(false);
    cluster.setReady('a', false);
    await until(() => certificate.ready);
  });

  test('for good, whatever becomes of the ConfigMap', async () => {
    const { certificate } = await first();
    cluster.api.fault = ({ method }) => (method === 'GET' ? undefined : { kind: 'status', code: 500 });
    cluster.write('keyferry-system', { [trustKey]: '' });
    await replica('b');
    cluster.setReady('b');
    await pass(10_000);
    expect(certificate.ready).toBe(true);
  });

  test('never by pods of others', async () => {
    const others = { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': 'webhook' };
    cluster.api.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'webhook', namespace: 'keyferry-system', labels: others },
      spec: { containers: [] },
    });
    cluster.setReady('webhook');
    const { certificate } = await replica('a');
    await until(() => certificate.ready);
  });
});

describe('renewal', () => {
  test('adds the next certificate, serves it when all copies have had it for 150 s, and drops the old one', async () => {
    const started = await replica('a', 3_600_000);
    const { certificate } = started;
    await until(() => certificate.ready);
    const old = certificate.current();
    const served: number[] = [];
    certificate.onChange(() => served.push(clock.monotonic()));
    await untilAdvancing(clock, () => cluster.trusted().length === 2, { step: 10_000 });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(2_400_000);
    await pass(300_000, 5000);
    expect(certificate.current()).toBe(old);
    cluster.noteCopied();
    const since = clock.monotonic();
    await untilAdvancing(clock, () => served.length === 1, { step: 1000 });
    expect(served[0]! - since).toBeGreaterThanOrEqual(150_000);
    expect(served[0]! - since).toBeLessThan(170_000);
    await untilAdvancing(clock, () => cluster.trusted().length === 1, { step: 1000 });
    expect(cluster.bundle()).toBe(certificate.current().certificatePem);
  }, 60_000);

  test('does not wait for the copies when nobody accepts the served one any more', async () => {
    const { certificate } = await replica('a', 600_000);
    await until(() => certificate.ready);
    const old = certificate.current();
    await untilAdvancing(clock, () => cluster.trusted().length === 2, { step: 1000 });
    cluster.noteCopied();
    await pass(5000);
    expect(certificate.current()).toBe(old);
    await clock.advance(200_000);
    await untilAdvancing(clock, () => certificate.current() !== old);
  }, 60_000);
});

describe('replicas that write at the same time', () => {
  test('never undo each other: a conflict is read anew and tried again', async () => {
    let conflicts = 0;
    await first();
    cluster.api.fault = ({ method }) => {
      if (method !== 'PATCH' || conflicts === 3) return undefined;
      conflicts += 1;
      return { kind: 'status', code: 409 };
    };
    await Promise.all(['b', 'c'].map((name) => replica(name)));
    await untilAdvancing(clock, () => cluster.trusted().length === 3);
    expect(cluster.trusted()).toEqual(['a', 'b', 'c']);
    expect(logged.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('say once what they lack the right to', async () => {
    cluster.api.delete('rolebindings.rbac.authorization.k8s.io', 'keyferry-broker', 'keyferry-system');
    cluster.write('keyferry-system', {});
    cluster.api.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'looks', namespace: 'keyferry-system' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'looks' },
      subjects: [{ kind: 'ServiceAccount', name: 'keyferry-broker', namespace: 'keyferry-system' }],
    });
    cluster.api.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'looks', namespace: 'keyferry-system' },
      rules: [{ apiGroups: [''], resources: ['configmaps', 'pods'], verbs: ['get', 'list', 'watch'] }],
    });
    await replica('a');
    await pass(60_000);
    expect(logged.lines.filter(({ level }) => level === 'warn').map(({ text }) => text)).toEqual([
      'cannot write the trust bundle: grant create, get and patch on it',
    ]);
  });
});

describe('the trust source', () => {
  test('has what the ConfigMap has, and tells each change once', async () => {
    const { trust } = await first();
    const told: string[] = [];
    const stop = trust.onChange((bundle) => told.push(bundle));
    expect(trust.current()).toBe(cluster.bundle());
    await replica('b');
    await untilAdvancing(clock, () => told.length === 1);
    expect(told).toEqual([cluster.bundle()]);
    cluster.noteCopied();
    await pass(5000);
    expect(told).toHaveLength(1);
    stop();
  });
});

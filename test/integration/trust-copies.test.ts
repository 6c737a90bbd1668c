import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeCertificate } from '../../certs/self-signed.ts';
import { keepTrustCopies } from '../../certs/trust-copies.ts';
import { trustConfigMap, trustKey } from '../../lib/broker/names.ts';
import { startLeaseHolder, type LeaseHolder } from '../../lib/kube/lease-holder.ts';
import type { Fault, SeenRequest } from '../emulators/kube-api/requests/fault.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TrustCluster } from '../support/trust-cluster.ts';
import { Places } from '../support/trust-places.ts';
import { until, untilAdvancing } from '../support/until.ts';

const own = 'keyferry-system';
let cluster: TrustCluster;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let stop: AbortController;
let running: Promise<void>[];
let certificates: Map<string, { readonly pem: string; readonly fingerprint: string }>;

const copy = (places: Places, signal = stop.signal): Promise<void> => {
  const options = { connection: cluster.webhook, clock, random: () => 0.5, log: logged.log };
  const work = keepTrustCopies({ ...options, namespace: own, places }, signal);
  running.push(work);
  return work;
};

const writeSource = (...names: readonly string[]): string => {
  const text = names
    .map((name) => certificates.get(name)?.pem ?? '')
    .sort()
    .join('');
  const { annotations = {} } = cluster.configMap()?.metadata ?? {};
  cluster.write(own, { [trustKey]: text }, { annotations });
  return text;
};

const fingerprints = (...names: readonly string[]): readonly string[] =>
  names.map((name) => certificates.get(name)?.fingerprint ?? '').sort();

const warnings = (): string[] => logged.lines.filter(({ level }) => level === 'warn').map(({ text }) => text);

const failing = (fault: Fault, when: (request: SeenRequest) => boolean): void => {
  cluster.api.fault = (request) => (request.method !== 'GET' && when(request) ? fault : undefined);
};

beforeEach(async () => {
  clock = new ManualClock();
  cluster = await TrustCluster.open(clock);
  cluster.addNamespaces('payments', 'shop', 'hr');
  logged = logLines();
  stop = new AbortController();
  running = [];
  certificates = new Map();
  for (const podUid of ['a', 'b', 'c']) {
    const dnsNames = ['keyferry-broker.keyferry-system.svc'];
    const made = await makeCertificate({ dnsNames, podUid, lifetimeMilliseconds: 1e9, now: clock.now() });
    certificates.set(podUid, { pem: made.certificatePem, fingerprint: made.fingerprint });
  }
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await cluster.close();
});

describe('copies', () => {
  test('are made where they are wanted, and nowhere else, and the source says what all have', async () => {
    const text = writeSource('a', 'b');
    void copy(new Places('payments', 'shop', own));
    await until(() => cluster.copied().length === 2);
    expect(cluster.copied()).toEqual(fingerprints('a', 'b'));
    expect(cluster.bundle('payments')).toBe(text);
    expect(cluster.bundle('shop')).toBe(text);
    expect(cluster.configMap('shop')?.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'keyferry',
    });
    expect(cluster.configMap('hr')).toBeUndefined();
    expect(cluster.api.secretAccesses).toEqual([]);
  });

  test('follow the source, in a namespace that no longer needs one too', async () => {
    writeSource('a');
    const places = new Places('payments', 'shop');
    void copy(places);
    await until(() => cluster.copied().length === 1);
    places.set('payments');
    const text = writeSource('a', 'b');
    await until(() => cluster.copied().length === 2);
    expect(cluster.bundle('shop')).toBe(text);
    writeSource('b');
    await until(() => cluster.copied().length === 1);
    expect(cluster.copied()).toEqual(fingerprints('b'));
  });

  test('are made in a namespace that comes later', async () => {
    const text = writeSource('a');
    const places = new Places('payments');
    void copy(places);
    await until(() => cluster.copied().length === 1);
    places.set('payments', 'later');
    await untilAdvancing(clock, () => warnings().length === 1);
    cluster.addNamespaces('later');
    await untilAdvancing(clock, () => cluster.bundle('later') === text);
  });

  test('wait for the source, for the namespaces, and for a bundle that has something in it', async () => {
    const places = new Places('payments').unknown();
    void copy(places);
    await until(() => cluster.api.openWatches('configmaps') === 1);
    cluster.write(own, { [trustKey]: '' });
    places.set('payments');
    await clock.advance(120_000);
    expect(cluster.writes()).toEqual([]);
    const text = writeSource('a');
    await until(() => cluster.bundle('payments') === text);
  });

  test('are put right at once when somebody changes or deletes one, and nobody else has to wait', async () => {
    const text = writeSource('a', 'b');
    void copy(new Places('payments', 'shop'));
    await until(() => cluster.copied().length === 2);
    cluster.write('payments', { [trustKey]: 'nonsense', other: 'theirs' }, { labels: {} });
    await until(() => cluster.bundle('payments') === text);
    expect(cluster.configMap('payments')?.data['other']).toBe('theirs');
    cluster.api.delete('configmaps', trustConfigMap, 'shop');
    await until(() => cluster.bundle('shop') === text);
    expect(cluster.copied()).toEqual(fingerprints('a', 'b'));
  });

  test('take over what somebody made under their name before', async () => {
    cluster.write('payments', { [trustKey]: 'theirs' });
    const text = writeSource('a');
    void copy(new Places('payments'));
    await until(() => cluster.copied().length === 1);
    expect(cluster.bundle('payments')).toBe(text);
  });

  test('of a thousand namespaces are written some at a time, each once', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `team-${index}`);
    cluster.addNamespaces(...names);
    const text = writeSource('a');
    let open = 0;
    let most = 0;
    cluster.api.fault = ({ method }) => {
      if (method === 'POST') most = Math.max(most, ++open);
      return undefined;
    };
    cluster.api.onChange('configmaps', () => (open -= 1));
    void copy(new Places(...names));
    // On a busy machine this takes longer than `until` waits.
    while (cluster.copied().length === 0) await delay(20);
    expect(cluster.writes()).toHaveLength(1001);
    expect(names.every((name) => cluster.bundle(name) === text)).toBe(true);
    expect(most).toBeLessThanOrEqual(20);
  }, 60_000);
});

describe('what goes wrong in one namespace', () => {
  test('holds up the note while it may come right, with a back-off', async () => {
    writeSource('a');
    failing({ kind: 'status', code: 500 }, ({ path }) => path.includes('/payments/'));
    cluster.write('payments', {}, { labels: { 'app.kubernetes.io/managed-by': 'keyferry' } });
    void copy(new Places('payments', 'shop'));
    await untilAdvancing(clock, () => clock.monotonic() >= 300_000, { step: 1000 });
    expect(cluster.copied()).toEqual([]);
    expect(cluster.bundle('shop')).not.toBe('');
    expect(warnings()).toEqual(['cannot write ConfigMap keyferry-trust; trying again']);
    expect(cluster.writes().filter((status) => status === 500).length).toBeLessThan(20);
    cluster.api.fault = () => undefined;
    await untilAdvancing(clock, () => cluster.copied().length === 1, { step: 1000 });
  }, 60_000);

  test.each([
    [403, 'a namespace that is being deleted, or has no room'],
    [422, 'a ConfigMap that somebody made immutable'],
  ])('holds up nobody where the API server says %i: %s', async (code) => {
    writeSource('a');
    failing({ kind: 'status', code }, ({ path }) => path.includes('/payments/'));
    cluster.write('payments', {}, { labels: { 'app.kubernetes.io/managed-by': 'keyferry' } });
    void copy(new Places('payments', 'shop'));
    await untilAdvancing(clock, () => cluster.copied().length === 1);
    expect(cluster.bundle('shop')).not.toBe('');
    expect(warnings()).toEqual(['cannot write ConfigMap keyferry-trust; trying again']);
  });

  test('holds up nobody where somebody else is quicker again and again', async () => {
    writeSource('a');
    failing({ kind: 'status', code: 409 }, ({ path }) => path.includes('/payments/'));
    cluster.write('payments', {}, { labels: { 'app.kubernetes.io/managed-by': 'keyferry' } });
    void copy(new Places('payments', 'shop'));
    await untilAdvancing(clock, () => cluster.copied().length === 1, { step: 1000 });
    expect(clock.monotonic()).toBeLessThan(120_000);
    expect(warnings()).toEqual([]);
  });

  test('is not fought over: somebody who keeps changing a copy gets it put right slowly', async () => {
    const text = writeSource('a');
    void copy(new Places('payments', 'shop'));
    await until(() => cluster.copied().length === 1);
    for (let count = 0; count < 4; count += 1) {
      cluster.write('payments', { [trustKey]: `theirs ${count}` });
      await until(() => cluster.bundle('payments') === text);
    }
    await until(() => warnings().length > 0);
    expect(warnings()).toEqual(['something else keeps changing ConfigMap keyferry-trust; writing slowly']);
    const writes = cluster.writes().length;
    cluster.write('payments', { [trustKey]: 'theirs again' });
    // The rollout of the brokers goes on.
    writeSource('a', 'b');
    await untilAdvancing(clock, () => cluster.copied().length === 2);
    expect(clock.monotonic()).toBeLessThan(20_000);
    expect(cluster.writes().length - writes).toBeLessThanOrEqual(4);
    await untilAdvancing(clock, () => cluster.bundle('payments') === cluster.bundle(), { step: 1000 });
  });
});

describe('conflicts', () => {
  test('of the note with a broker that writes at that moment are tried again', async () => {
    let conflicts = 0;
    writeSource('a');
    cluster.api.fault = ({ method, path }) => {
      if (method !== 'PATCH' || !path.includes(own) || conflicts === 3) return undefined;
      conflicts += 1;
      return { kind: 'status', code: 409 };
    };
    void copy(new Places('payments'));
    await untilAdvancing(clock, () => cluster.copied().length === 1);
    expect(warnings()).toEqual([]);
  });
});

describe('the Lease', () => {
  test('moves the work to another replica, which goes on where the first was', async () => {
    const places = new Places('payments', 'shop');
    const hold = (identity: string): LeaseHolder =>
      startLeaseHolder({
        connection: cluster.webhook,
        clock,
        random: () => 0.5,
        log: logged.log,
        lease: { namespace: own, name: 'keyferry-webhook' },
        identity,
        whileHeld: (signal) => copy(places, signal),
      });
    writeSource('a');
    const one = hold('one');
    await untilAdvancing(clock, () => one.held);
    const two = hold('two');
    await untilAdvancing(clock, () => cluster.copied().length === 1);
    await one.stop();
    const text = writeSource('a', 'b');
    cluster.write('shop', { [trustKey]: 'changed meanwhile' });
    expect(cluster.copied()).toEqual(fingerprints('a'));
    await untilAdvancing(clock, () => cluster.copied().length === 2);
    expect(two.held).toBe(true);
    expect([cluster.bundle('payments'), cluster.bundle('shop')]).toEqual([text, text]);
    await two.stop();
    expect(cluster.api.openWatches('configmaps')).toBe(0);
  });
});

import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CertificateSource } from '../../certs/source.ts';
import { startWebhookCertificates } from '../../certs/webhook.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';
import { configurationName, WebhookCluster } from '../support/webhook-cluster.ts';

const day = 86_400_000;
let cluster: WebhookCluster;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let replicas: CertificateSource[];
/** Pod names by uid. */
let pods: Map<string, string>;

const start = async (
  podUid: string,
  { lifetimeMilliseconds = 30 * day, serviceName = 'keyferry-webhook' } = {},
): Promise<CertificateSource> => {
  const source = await startWebhookCertificates({
    connection: cluster.connection,
    clock,
    random: Math.random,
    log: logged.log,
    namespace: 'keyferry-system',
    serviceName,
    configurationName,
    podUid,
    lifetimeMilliseconds,
  });
  replicas.push(source);
  return source;
};
/** Starts a replica, with its pod. */
const replica = (name: string, options = {}): Promise<CertificateSource> => {
  const uid = cluster.addPod(name);
  pods.set(uid, name);
  return start(uid, options);
};
const three = (): Promise<CertificateSource[]> => Promise.all(['a', 'b', 'c'].map((name) => replica(name)));

/** Pods whose certificates are in the first bundle, in order. */
const inBundle = (): string[] =>
  (cluster.bundles()[0]?.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/gu) ?? [])
    .map((pem) => /URI:urn:uuid:(\S+)/u.exec(new X509Certificate(pem).subjectAltName ?? '')?.[1] ?? '')
    .map((uid) => pods.get(uid) ?? uid)
    .sort();
const texts = (level: string): string[] =>
  logged.lines.filter((line) => line.level === level).map(({ text }) => text);

const written = (): number => cluster.patches().filter((status) => status === 200).length;

beforeEach(async () => {
  clock = new ManualClock();
  cluster = await WebhookCluster.open(clock);
  pods = new Map();
  logged = logLines();
  replicas = [];
});
afterEach(async () => {
  await Promise.all(replicas.map((source) => source.stop()));
  await cluster.close();
});

describe('webhook replicas', () => {
  test('agree on one bundle for all webhooks, and are ready 5 s after they see themselves in it', async () => {
    cluster.write('', '');
    const all = await three();
    expect(all.some(({ ready }) => ready)).toBe(false);
    await untilAdvancing(clock, () => inBundle().length === 3);
    expect(inBundle()).toEqual(['a', 'b', 'c']);
    expect(cluster.bundles()[1]).toBe(cluster.bundles()[0]);
    const since = clock.monotonic();
    await untilAdvancing(clock, () => all.every(({ ready }) => ready));
    expect(clock.monotonic() - since).toBeLessThan(15_000);
    for (const source of all) expect(cluster.bundles()[0]).toContain(source.current().certificatePem);
    expect(cluster.bundles()[0]!.endsWith('-----END CERTIFICATE-----\n')).toBe(true);
    // Nobody writes once they agree.
    const writes = cluster.patches().length;
    await clock.advance(600_000);
    expect(cluster.patches()).toHaveLength(writes);
    expect(JSON.stringify(logged.lines)).not.toContain('PRIVATE');
  });

  test('a replica that is not in the bundle for 5 s is not ready', async () => {
    cluster.write('');
    const source = await replica('a');
    await untilAdvancing(clock, () => inBundle().includes('a'));
    await until(() => clock.untilNext() !== undefined && clock.untilNext()! <= 5000);
    await clock.advance(4999);
    expect(source.ready).toBe(false);
    await clock.advance(2000);
    expect(source.ready).toBe(true);
  });

  test('a wiped bundle is repaired at once, with all certificates in one write', async () => {
    cluster.write('', '');
    await three();
    await untilAdvancing(clock, () => inBundle().length === 3 && replicas.every(({ ready }) => ready));
    const whole = cluster.bundles();
    const before = written();
    // No time passes from here on.
    cluster.write('', '');
    await until(() => cluster.bundles()[0] === whole[0] && cluster.bundles()[1] === whole[1]);
    expect(written()).toBe(before + 1);
    expect(replicas.every(({ ready }) => ready)).toBe(true);
  });

  test('a damaged bundle is repaired by each replica for itself', async () => {
    cluster.write('');
    await three();
    await untilAdvancing(clock, () => inBundle().length === 3);
    const [whole] = cluster.bundles();
    cluster.write(whole!.slice(0, whole!.length / 2));
    await untilAdvancing(clock, () => cluster.bundles()[0] === whole);
  });

  test("somebody else's certificate authority stays in the bundle", async () => {
    cluster.write('');
    const other = await replica('other');
    const foreign = other.current().certificatePem;
    await other.stop();
    cluster.write('');
    // Its certificate is a foreign one to a service of another name.
    await start('x', { serviceName: 'another-webhook' });
    await untilAdvancing(clock, () => inBundle().includes('x'));
    cluster.write(foreign);
    await untilAdvancing(clock, () => inBundle().length === 2);
    cluster.deletePod('other');
    await untilAdvancing(clock, () => clock.monotonic() > 600_000, { step: 500 });
    expect(inBundle()).toEqual(['other', 'x']);
  }, 60_000);

  test('a certificate goes 5 min after its pod, and not because its process is gone', async () => {
    cluster.write('');
    const [, , third] = await three();
    await untilAdvancing(clock, () => inBundle().length === 3);
    await third!.stop();
    await untilAdvancing(clock, () => clock.monotonic() > 360_000, { step: 500 });
    expect(inBundle()).toEqual(['a', 'b', 'c']);
    const since = clock.monotonic();
    cluster.deletePod('c');
    await untilAdvancing(clock, () => inBundle().length === 2, { step: 500 });
    expect(inBundle()).toEqual(['a', 'b']);
    expect(clock.monotonic() - since).toBeGreaterThanOrEqual(300_000);
    expect(clock.monotonic() - since).toBeLessThan(330_000);
  }, 60_000);

  test('waits for the configuration, and says so once', async () => {
    const source = await replica('a');
    await untilAdvancing(clock, () => clock.monotonic() > 180_000, { step: 500 });
    expect(source.ready).toBe(false);
    expect(texts('warn')).toEqual([
      `there is no MutatingWebhookConfiguration ${configurationName} yet; waiting for it`,
    ]);
    cluster.write('');
    await untilAdvancing(clock, () => source.ready);
  });

  test('says what right is missing, once, and tries again', async () => {
    cluster.write('');
    cluster.api.fault = ({ method }) => (method === 'PATCH' ? { kind: 'status', code: 403 } : undefined);
    const source = await replica('a');
    await untilAdvancing(clock, () => cluster.patches().length >= 4);
    expect(texts('warn')).toEqual(['cannot write the caBundle: grant get and patch on it']);
    cluster.api.fault = () => undefined;
    await untilAdvancing(clock, () => source.ready);
  });

  test('does not fight for ever with somebody who keeps undoing it', async () => {
    cluster.write('');
    await replica('a');
    await untilAdvancing(clock, () => inBundle().length === 1);
    for (let round = 0; round < 4; round += 1) {
      cluster.write('');
      await until(() => inBundle().length === 1);
    }
    cluster.write('');
    const since = clock.monotonic();
    await untilAdvancing(clock, () => inBundle().length === 1);
    expect(clock.monotonic() - since).toBeGreaterThan(10_000);
    expect(texts('warn')).toEqual([
      'something else keeps changing the caBundle (cert-manager? use certificate files then); writing slowly',
    ]);
  });
});

describe('renewal', () => {
  test('add, serve 60 s later, remove 60 s later; others see every step', async () => {
    cluster.write('');
    const life = 600_000;
    const source = await replica('a', { lifetimeMilliseconds: life });
    const first = source.current();
    const served: string[] = [];
    source.onChange(({ certificatePem }) => served.push(certificatePem));
    await untilAdvancing(clock, () => inBundle().length === 2, { step: 500 });
    const added = clock.monotonic();
    expect(added).toBeGreaterThanOrEqual((life * 2) / 3);
    expect(added).toBeLessThan((life * 2) / 3 + 15_000);
    expect(source.current()).toBe(first);
    await untilAdvancing(clock, () => served.length === 1);
    expect(clock.monotonic() - added).toBeGreaterThan(55_000);
    expect(clock.monotonic() - added).toBeLessThan(75_000);
    expect(cluster.bundles()[0]).toContain(first.certificatePem);
    expect(cluster.bundles()[0]).toContain(served[0]!);
    expect(source.current().certificatePem).toBe(served[0]);
    expect(source.current().notAfter).toBeGreaterThan(first.notAfter);
    await untilAdvancing(clock, () => inBundle().length === 1);
    expect(clock.monotonic() - added).toBeGreaterThan(115_000);
    expect(cluster.bundles()[0]).toBe(served[0]);
    expect(source.ready).toBe(true);
  }, 60_000);

  test('too short a life is refused', async () => {
    await expect(replica('a', { lifetimeMilliseconds: 60_000 })).rejects.toThrow(
      "a certificate's life must be at least 10 minutes",
    );
  });
});

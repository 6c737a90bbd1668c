import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CertificateSource } from '../../certs/source.ts';
import { startWebhookCertificates } from '../../certs/webhook.ts';
import type { Fault } from '../emulators/kube-api/requests/fault.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';
import { configurationName, WebhookCluster } from '../support/webhook-cluster.ts';

let cluster: WebhookCluster;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let replicas: CertificateSource[];

const replica = async (name: string, lifetimeMilliseconds = 86_400_000): Promise<CertificateSource> => {
  const source = await startWebhookCertificates({
    connection: cluster.connection,
    clock,
    random: Math.random,
    log: logged.log,
    namespace: 'keyferry-system',
    serviceName: 'keyferry-webhook',
    configurationName,
    podUid: cluster.addPod(name),
    lifetimeMilliseconds,
  });
  replicas.push(source);
  return source;
};
const texts = (level: string): string[] =>
  logged.lines.filter((line) => line.level === level).map(({ text }) => text);
const countIn = (bundle = ''): number => bundle.split('-----BEGIN').length - 1;
const written = (): number => cluster.patches().filter((status) => status === 200).length;

beforeEach(async () => {
  clock = new ManualClock();
  cluster = await WebhookCluster.open(clock);
  logged = logLines();
  replicas = [];
});
afterEach(async () => {
  cluster.api.fault = () => undefined;
  await Promise.all(replicas.map((source) => source.stop()));
  await cluster.close();
});

describe('the ValidatingWebhookConfiguration', () => {
  test('has the same bundle as the mutating one', async () => {
    cluster.write('');
    cluster.writeValidating('', '');
    await Promise.all(['a', 'b', 'c'].map((name) => replica(name)));
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 3);
    await untilAdvancing(clock, () => replicas.every(({ ready }) => ready));
    expect(cluster.validatingBundles()).toEqual([cluster.bundles()[0], cluster.bundles()[0]]);
    const writes = cluster.patches().length;
    await clock.advance(600_000);
    expect(cluster.patches()).toHaveLength(writes);
  });

  test('is repaired at once where it was wiped, with all certificates in one write', async () => {
    cluster.write('');
    cluster.writeValidating('');
    await Promise.all(['a', 'b', 'c'].map((name) => replica(name)));
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 3);
    await untilAdvancing(clock, () => replicas.every(({ ready }) => ready));
    const [whole] = cluster.validatingBundles();
    const before = written();
    cluster.writeValidating('');
    await until(() => cluster.validatingBundles()[0] === whole);
    expect(written()).toBe(before + 1);
  });

  test('follows a renewal, and a pod that is gone', async () => {
    cluster.write('');
    cluster.writeValidating('');
    await replica('a', 600_000);
    const other = await replica('b');
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 2);
    await other.stop();
    cluster.deletePod('b');
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 1, { step: 1000 });
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 2, { step: 1000 });
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 1, { step: 500 });
    expect(cluster.validatingBundles()).toEqual([replicas[0]!.current().certificatePem]);
  }, 60_000);

  test('may be missing: that is said once, nobody waits for it, and it is served when it comes', async () => {
    cluster.write('');
    const source = await replica('a');
    await untilAdvancing(clock, () => source.ready);
    await untilAdvancing(clock, () => clock.monotonic() > 180_000, { step: 500 });
    expect(texts('warn')).toEqual([]);
    const missing =
      'there is no ValidatingWebhookConfiguration keyferry-webhook: stores and ExternalSecrets are not checked when they are applied';
    expect(texts('info').filter((text) => text.startsWith('there is no'))).toEqual([missing]);
    cluster.writeValidating('');
    await until(() => cluster.validatingBundles()[0] === source.current().certificatePem);
  });

  const faults: readonly (readonly [string, Fault])[] = [
    ['is forbidden', { kind: 'status', code: 403 }],
    ['never answers', { kind: 'hang' }],
    ['is cut off', { kind: 'drop' }],
  ];

  test.each(faults)('holds up nobody where writing it %s', async (_what, fault) => {
    cluster.write('');
    cluster.writeValidating('');
    cluster.api.fault = ({ method, path }) =>
      method === 'PATCH' && path.includes('validating') ? fault : undefined;
    const source = await replica('a');
    await untilAdvancing(clock, () => source.ready);
    expect(clock.monotonic()).toBeLessThan(15_000);
    cluster.api.fault = () => undefined;
    await untilAdvancing(clock, () => countIn(cluster.validatingBundles()[0]) === 1, { step: 500 });
  });

  test('whose list and watch are forbidden says so, and holds up nobody', async () => {
    cluster.write('');
    cluster.api.fault = ({ path }) =>
      path.includes('validating') ? { kind: 'status', code: 403 } : undefined;
    const source = await replica('a');
    await untilAdvancing(clock, () => source.ready);
    expect(texts('warn')).toEqual([
      'the API server forbids us to read validatingwebhookconfigurations.admissionregistration.k8s.io: grant the verbs list and watch on them',
    ]);
  });
});

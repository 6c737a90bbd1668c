import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BundleWriter } from '../../certs/bundle-writer.ts';
import { makeCertificate } from '../../certs/self-signed.ts';
import { webhookTarget } from '../../certs/webhook-target.ts';
import { parseObject, type KubeObject } from '../../lib/kube/object.ts';
import { Reflector } from '../../lib/kube/reflector.ts';
import {
  parseWebhookConfiguration,
  webhookConfigurationClient,
  webhookConfigurationResource,
  type WebhookConfiguration,
} from '../../lib/kube/webhook-configuration.ts';
import { silentLogger } from '../../lib/log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';
import { configurationName, WebhookCluster } from '../support/webhook-cluster.ts';

const serviceName = 'keyferry-webhook.keyferry-system.svc';
const kind = 'MutatingWebhookConfiguration';
const minute = 60_000;

let cluster: WebhookCluster;
let clock: ManualClock;
let configurations: Reflector<WebhookConfiguration>;
let pods: Reflector<KubeObject>;
let writer: BundleWriter;
let own: string;
let other: string;

const make = async (podUid: string): Promise<string> => {
  const options = { dnsNames: [serviceName], podUid, lifetimeMilliseconds: 1e9, now: clock.now() };
  return (await makeCertificate(options)).certificatePem;
};
/** Time passes, with a look every minute. */
const looks = async (minutes: number): Promise<void> => {
  for (let count = 0; count < minutes; count += 1) {
    const end = clock.monotonic() + minute;
    await untilAdvancing(clock, () => clock.monotonic() >= end, { step: 1000 });
    await writer.look([own]);
  }
};
const hasOther = (): boolean => cluster.bundles()[0]?.includes(other) === true;

/** A replica with its own certificate and that of another pod in the bundle. */
beforeEach(async () => {
  clock = new ManualClock();
  cluster = await WebhookCluster.open(clock);
  const podUid = cluster.addPod('own');
  own = await make(podUid);
  other = await make(cluster.addPod('other'));
  cluster.write(own + other);
  const common = { connection: cluster.connection, clock, random: () => 0.5, log: silentLogger };
  configurations = new Reflector({
    ...common,
    resource: webhookConfigurationResource(kind, configurationName),
    transform: (value) => parseWebhookConfiguration(kind, value),
  });
  pods = new Reflector({
    ...common,
    resource: { group: '', apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespace: 'keyferry-system' },
    transform: (value) => {
      const pod = parseObject(value, { apiVersion: 'v1', kind: 'Pod' });
      return pod.ok ? pod.value : undefined;
    },
  });
  const client = webhookConfigurationClient(kind, cluster.connection, clock);
  const whenMissing = { kind: 'wait', level: 'warn', text: '' } as const;
  const target = webhookTarget({ kind, name: configurationName, configurations, client, whenMissing });
  const about = { serviceName, podUid };
  writer = new BundleWriter({ ...common, ...about, target, pods }, new AbortController().signal);
  await untilAdvancing(clock, () => pods.staleMilliseconds + configurations.staleMilliseconds === 0);
});
afterEach(async () => {
  await Promise.all([configurations.stop(), pods.stop()]);
  await cluster.close();
});

describe('the certificate of another pod', () => {
  test('goes when the pod has been gone for 5 min', async () => {
    await looks(7);
    expect(hasOther()).toBe(true);
    cluster.deletePod('other');
    await until(() => pods.objects.size === 1);
    await writer.look([own]);
    await looks(4);
    expect(hasOther()).toBe(true);
    await looks(1);
    expect(hasOther()).toBe(false);
    expect(cluster.bundles()[0]).toBe(own);
  });

  test('stays when the process was paused, until it has looked on for 5 min', async () => {
    cluster.deletePod('other');
    await until(() => pods.objects.size === 1);
    await writer.look([own]);
    const end = clock.monotonic() + 10 * minute;
    await untilAdvancing(clock, () => clock.monotonic() >= end, { step: 1000 });
    await writer.look([own]);
    await looks(4);
    expect(hasOther()).toBe(true);
    await looks(1);
    expect(hasOther()).toBe(false);
  });

  test('stays while the watch of pods is down: what it does not show may be there', async () => {
    cluster.api.fault = ({ path }) => (path.includes('/pods') ? { kind: 'status', code: 500 } : undefined);
    cluster.api.dropWatches('pods');
    await until(() => pods.staleMilliseconds > 0 || pods.objects.size === 2);
    const later = await make(cluster.addPod('later'));
    cluster.write(own + other + later);
    await until(() => configurations.objects.list()[0]?.caBundles[0]?.includes(later) === true);
    await looks(10);
    expect(cluster.bundles()[0]).toContain(later);
    cluster.api.fault = () => undefined;
    await untilAdvancing(clock, () => pods.objects.size === 3);
    await looks(7);
    expect(cluster.bundles()[0]).toContain(later);
  });

  test('stays when watches end and begin anew', async () => {
    await looks(1);
    const writes = cluster.patches().length;
    for (let count = 0; count < 3; count += 1) {
      cluster.api.endWatches('pods');
      await looks(2);
    }
    expect(hasOther()).toBe(true);
    expect(cluster.patches()).toHaveLength(writes);
  });
});

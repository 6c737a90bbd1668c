import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startBrokerCertificates, type BrokerCertificates } from '../../certs/broker.ts';
import { keepTrustCopies } from '../../certs/trust-copies.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TrustCluster } from '../support/trust-cluster.ts';
import { Places } from '../support/trust-places.ts';
import { until, untilAdvancing } from '../support/until.ts';

/** A broker and the webhook that copies its certificates, with the rights of deploy/base, over the life of a certificate. */

const namespaces = ['payments', 'shop'] as const;
const lifetimeMilliseconds = 3_600_000;

let clock: ManualClock;
let cluster: TrustCluster;
let broker: BrokerCertificates;
let stop: AbortController;
let copying: Promise<void>;
let logged: ReturnType<typeof logLines>;

beforeEach(async () => {
  clock = new ManualClock();
  logged = logLines();
  stop = new AbortController();
  cluster = await TrustCluster.open(clock);
  cluster.addNamespaces(...namespaces);
  const common = { clock, random: () => 0.5, log: logged.log, namespace: 'keyferry-system' };
  const places = new Places(...namespaces);
  copying = keepTrustCopies({ ...common, connection: cluster.webhook, places }, stop.signal);
  const started = await startBrokerCertificates({
    ...common,
    connection: cluster.broker,
    podUid: cluster.addBroker('a'),
    lifetimeMilliseconds,
  });
  if (!started.ok) throw new Error(started.error);
  broker = started.value;
});
afterEach(async () => {
  stop.abort();
  await copying;
  await broker.stop();
  await cluster.close();
});

const isTrusted = (): boolean => {
  const { certificatePem } = broker.certificate.current();
  return namespaces.every((namespace) => cluster.bundle(namespace).includes(certificatePem));
};

test('a certificate is renewed without a moment in which pods do not trust the one that is served', async () => {
  await until(() => broker.certificate.ready);
  cluster.setReady('a');
  await until(isTrusted);
  const first = broker.certificate.current();
  let untrusted = 0;
  let unready = 0;
  const look = (done: () => boolean) => (): boolean => {
    if (!isTrusted()) untrusted += 1;
    if (!broker.certificate.ready) unready += 1;
    return done();
  };

  const isCopied = (): boolean => cluster.trusted('payments').length === 2 && cluster.copied().length === 2;
  await untilAdvancing(clock, look(isCopied), { step: 5000 });
  const copied = clock.monotonic();
  expect(copied).toBeGreaterThanOrEqual((lifetimeMilliseconds * 2) / 3);
  expect(broker.certificate.current()).toBe(first);

  await untilAdvancing(
    clock,
    look(() => broker.certificate.current() !== first),
    { step: 1000 },
  );
  expect(clock.monotonic() - copied).toBeGreaterThanOrEqual(140_000);
  expect(clock.monotonic() - copied).toBeLessThan(180_000);

  await untilAdvancing(
    clock,
    look(() => namespaces.every((namespace) => cluster.trusted(namespace).length === 1)),
    { step: 1000 },
  );
  expect(cluster.bundle('shop')).toBe(broker.certificate.current().certificatePem);
  expect({ untrusted, unready }).toEqual({ untrusted: 0, unready: 0 });
  expect(logged.lines.filter(({ level }) => level === 'warn')).toEqual([]);
}, 60_000);

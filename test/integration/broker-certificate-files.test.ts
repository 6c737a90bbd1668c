import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { startBrokerCertificates, type BrokerCertificates } from '../../certs/broker.ts';
import { silentLogger } from '../../lib/log.ts';
import type { Result } from '../../lib/result.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TrustCluster } from '../support/trust-cluster.ts';
import { until, untilAdvancing } from '../support/until.ts';

const year = 365 * 86_400_000;
let cluster: TrustCluster;
let clock: ManualClock;
let folder: string;
let started: BrokerCertificates[];

interface Issued {
  readonly authority: string;
  readonly leaf: string;
}

/** Writes a pair of a fresh authority, as cert-manager does when an issuer is replaced. */
const issue = async (lifetime = year): Promise<Issued> => {
  const life = {
    keyType: 'ec' as const,
    notBeforeDate: new Date(clock.now() - 60_000),
    notAfterDate: new Date(clock.now() + lifetime),
  };
  const authority = await generate([{ name: 'commonName', value: 'issuer' }], {
    ...life,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const leaf = await generate([{ name: 'commonName', value: 'broker' }], {
    ...life,
    ca: { key: authority.private, cert: authority.cert },
  });
  await writeFile(join(folder, 'ca.crt'), authority.cert);
  await writeFile(join(folder, 'tls.key'), leaf.private);
  await writeFile(join(folder, 'tls.crt'), leaf.cert);
  return { authority: authority.cert.trim(), leaf: leaf.cert };
};

const start = (name: string): Promise<Result<BrokerCertificates, string>> =>
  startBrokerCertificates({
    connection: cluster.broker,
    clock,
    random: Math.random,
    log: silentLogger,
    namespace: 'keyferry-system',
    podUid: cluster.addBroker(name),
    files: {
      certificateFile: join(folder, 'tls.crt'),
      keyFile: join(folder, 'tls.key'),
      authorityFile: join(folder, 'ca.crt'),
    },
  });
const replica = async (name: string): Promise<BrokerCertificates> => {
  const result = await start(name);
  if (!result.ok) throw new Error(result.error);
  started.push(result.value);
  return result.value;
};

beforeEach(async () => {
  clock = new ManualClock();
  cluster = await TrustCluster.open(clock);
  folder = await mkdtemp(join(tmpdir(), 'keyferry-broker-files-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((each) => each.stop()));
  await cluster.close();
  await rm(folder, { recursive: true });
});

const has = ({ authority }: Issued): boolean =>
  cluster.bundle().replaceAll('\r', '').includes(authority.replaceAll('\r', ''));

describe('a broker with certificates from files', () => {
  test('tells agents to trust their authority, whatever the number of replicas', async () => {
    const first = await issue();
    const { certificate } = await replica('a');
    await until(() => certificate.ready);
    await replica('b');
    await untilAdvancing(clock, () => has(first));
    expect(certificate.current().certificatePem).toBe(first.leaf);
    expect(cluster.trusted()).toEqual(['?']);
    expect(cluster.bundle()).not.toContain(first.leaf.trim());
  });

  test('serves a pair of another authority when all copies have had that for 150 s', async () => {
    const first = await issue();
    const { certificate } = await replica('a');
    await until(() => certificate.ready);
    cluster.noteCopied();
    const second = await issue();
    await untilAdvancing(clock, () => has(second), { step: 1000 });
    const before = clock.monotonic() + 200_000;
    await untilAdvancing(clock, () => clock.monotonic() >= before, { step: 5000 });
    expect(certificate.current().certificatePem).toBe(first.leaf);
    cluster.noteCopied();
    const since = clock.monotonic();
    await untilAdvancing(clock, () => certificate.current().certificatePem === second.leaf, { step: 1000 });
    expect(clock.monotonic() - since).toBeGreaterThanOrEqual(149_000);
    // Nobody knows who else uses the first authority.
    expect([has(first), has(second)]).toEqual([true, true]);
  }, 60_000);

  test('an authority goes when it has expired', async () => {
    const first = await issue(1_200_000);
    const { certificate } = await replica('a');
    await until(() => certificate.ready);
    const second = await issue();
    await untilAdvancing(clock, () => has(second), { step: 1000 });
    cluster.noteCopied();
    await untilAdvancing(clock, () => certificate.current().certificatePem === second.leaf, { step: 1000 });
    await untilAdvancing(clock, () => !has(first), { step: 5000 });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(1_200_000);
    expect(has(second)).toBe(true);
  }, 60_000);

  test('does not start without the authority', async () => {
    await issue();
    const file = join(folder, 'ca.crt');
    await writeFile(file, 'nothing');
    const pair = `${join(folder, 'tls.crt')} with the key ${join(folder, 'tls.key')}`;
    expect(await start('a')).toEqual({
      ok: false,
      error: `cannot load the certificate ${pair}: ${file} has no certificate in it`,
    });
  });
});

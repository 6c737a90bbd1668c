import { expect } from '@jest/globals';
import { fileAt, sourceOf } from '../support/agent/plans.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { statusOf } from '../support/faults/observed.ts';
import { Pod } from '../support/faults/pod.ts';
import type { BenchOf } from './row.ts';
import { minute } from './scene-kit.ts';

/** Faults of a credential that Vault makes for the pod and lends it for an hour. */

type VaultBench = BenchOf['vault'];

const leasedPod = ({ plan, clock, root, names }: VaultBench): Pod =>
  new Pod({
    plan: {
      ...plan,
      sources: [sourceOf('/database/creds/readonly')],
      files: [fileAt('username', { property: 'username' }), fileAt('password', { property: 'password' })],
    },
    clock,
    root,
    names,
  });

const leaseIds = ({ vault }: VaultBench): readonly string[] => vault.liveLeases().map(({ id }) => id);

const withLease = async (
  bench: VaultBench,
  play: (pod: Pod, before: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> => {
  const pod = leasedPod(bench);
  try {
    await pod.start();
    const before = visibleFiles(bench.folder);
    expect(Object.keys(before)).toEqual(['password', 'username']);
    await play(pod, before);
  } finally {
    await pod.stop();
  }
};

const expectAnother = (bench: VaultBench, pod: Pod, before: Readonly<Record<string, string>>): void => {
  const after = visibleFiles(bench.folder);
  expect(after['username']).not.toBe(before['username']);
  expect(after['password']).not.toBe(before['password']);
  expect(leaseIds(bench)).toHaveLength(1);
  expect(statusOf(pod.agent).refs.map(({ error, stale }) => [error, stale])).toEqual([
    [null, false],
    [null, false],
  ]);
};

/** Somebody ends the lease in Vault. The agent finds out as it renews it, and has another one made without a word. */
export const leaseRevoked = (bench: VaultBench): Promise<void> =>
  withLease(bench, async (pod, before) => {
    const [lease] = leaseIds(bench);
    await bench.vault.request('update', 'sys/leases/revoke', { lease_id: lease });
    expect(leaseIds(bench)).toEqual([]);
    await pod.run(45 * minute);
    expectAnother(bench, pod, before);
    expect(pod.agent.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

/** Vault is down for longer than the lease lives. */
export const leaseOutlived = (bench: VaultBench, says: string): Promise<void> =>
  withLease(bench, async (pod, before) => {
    await bench.front.refuse();
    await pod.run(59 * minute);
    expect(visibleFiles(bench.folder)).toEqual(before);
    await pod.run(11 * minute);
    expect(visibleFiles(bench.folder)).toEqual(before);
    for (const { error, stale } of statusOf(pod.agent).refs) {
      expect(error?.message.replaceAll(bench.server, 'SERVER')).toBe(says);
      expect(stale).toBe(true);
    }
    await bench.front.restore();
    await pod.run(5.5 * minute);
    expectAnother(bench, pod, before);
  });

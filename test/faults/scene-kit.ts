import { expect } from '@jest/globals';
import { leaksOf } from '../support/canary.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { AwsBench } from '../support/faults/aws-bench.ts';
import type { Bench, BenchOptions, Key, StoreKind } from '../support/faults/bench.ts';
import { FileBench } from '../support/faults/file-bench.ts';
import { everythingSaid, statusOf } from '../support/faults/observed.ts';
import { VaultBench } from '../support/faults/vault-bench.ts';

/** What every play of a fault needs. */

export const minute = 60_000;
export const startTimeout = 20_000;

const openers: Readonly<Record<StoreKind, (options: BenchOptions) => Promise<Bench>>> = {
  vault: (options) => VaultBench.start(options),
  aws: (options) => AwsBench.start(options),
  file: (options) => FileBench.start(options),
};

export const openBench = (store: StoreKind, options: BenchOptions = {}): Promise<Bench> =>
  openers[store](options);

/** How the manifests call the stores. */
export const storeNames: Readonly<Record<StoreKind, string>> = {
  vault: 'SecretStore/vault-backend',
  aws: 'SecretStore/aws-secretsmanager',
  file: 'SecretStore/files',
};

/**
 * What was said, in the words of the table: SERVER and HOST for this bench's, and the difference of two clocks of which one
 * shows whole seconds as if it were exact.
 */
export const inTableWords = ({ server }: Bench, text: string): string => {
  const plain = text.replace(/differ by (?:599|601) s/g, 'differ by 600 s');
  if (server === '') return plain;
  return plain.replaceAll(server, 'SERVER').replaceAll(server.split(':', 1)[0] ?? '', 'HOST');
};

/** The files of both secrets, each as it was written for so many times. */
export const filesOf = (
  bench: Bench,
  generations: Readonly<Record<Key, number>>,
): Readonly<Record<string, string>> => ({
  ...bench.files('db', generations.db),
  ...bench.files('api', generations.api),
});

/** Both secrets as they are upstream. */
export const newest = (bench: Bench): Readonly<Record<string, string>> =>
  filesOf(bench, { db: bench.generation, api: bench.generation });

const sameFiles = (one: object, other: object): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

export const hasNewest = (bench: Bench): boolean => sameFiles(visibleFiles(bench.folder), newest(bench));

/** Whether the pod has the newest values and nothing to complain of. */
export const isWell = (bench: Bench): boolean => {
  const { refs, volume } = statusOf(bench.pod.agent);
  return volume === null && refs.every(({ error, stale }) => error === null && !stale) && hasNewest(bench);
};

/** Nothing that was said to anybody holds a secret. */
export const expectSilence = async (bench: Bench): Promise<void> => {
  expect(leaksOf(bench.canaries, { said: await everythingSaid(bench.pod.agent) })).toEqual([]);
};

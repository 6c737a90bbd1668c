import { afterEach, describe, expect, test } from '@jest/globals';
import type { Plan, PlanFile } from '../../lib/plan.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { planOf } from '../support/agent/plans.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { AwsBench } from '../support/faults/aws-bench.ts';
import type { Key, NetworkBench } from '../support/faults/bench.ts';
import { Names } from '../support/faults/names.ts';
import { metricsOf, statusOf } from '../support/faults/observed.ts';
import { PodClock } from '../support/faults/pod-clock.ts';
import { Pod } from '../support/faults/pod.ts';
import { VaultBench } from '../support/faults/vault-bench.ts';

afterEach(removeFolders);

const minute = 60_000;
/** What an interval becomes at most, and a little. */
const aRefresh = 70_000;

const isOfOneSource = (file: PlanFile): file is PlanFile & { readonly source: number } => 'source' in file;

/** Both benches' plans in one, with the files of each in a folder of its name. */
const bothPlans = (vault: Plan, aws: Plan): Plan =>
  planOf({
    stores: [...vault.stores, ...aws.stores],
    sources: [...vault.sources, ...aws.sources.map((source) => ({ ...source, store: 1 }))],
    files: [
      ...vault.files.map((file) => ({ ...file, path: `vault/${file.path}` })),
      ...aws.files.filter(isOfOneSource).map((file) => ({
        ...file,
        source: file.source + vault.sources.length,
        path: `aws/${file.path}`,
      })),
    ],
  });

interface Game {
  readonly pod: Pod;
  readonly vault: VaultBench;
  readonly aws: AwsBench;
}

/** One pod with a Vault and an AWS store, each with two secrets. */
const withBoth = async (play: (game: Game) => Promise<void>): Promise<void> => {
  const clock = new PodClock();
  const vault = await VaultBench.start({ clock });
  const aws = await AwsBench.start({ clock, root: vault.root });
  const plan = bothPlans(vault.plan, aws.plan);
  const pod = new Pod({ plan, clock, root: vault.root, names: new Names() });
  try {
    await pod.start();
    await play({ pod, vault, aws });
  } finally {
    await pod.stop();
    await vault.close();
    await aws.close();
  }
};

const filesOf = (bench: NetworkBench, generation: number): Record<string, string> =>
  Object.fromEntries(
    (['db', 'api'] as const satisfies readonly Key[])
      .flatMap((key) => Object.entries(bench.files(key, generation)))
      .map(([path, text]) => [`${bench.kind}/${path}`, text]),
  );

const staleFiles = ({ pod }: Game): readonly string[] =>
  statusOf(pod.agent).refs.flatMap(({ file, stale }) => (stale ? [file] : []));

/** The hour of an outage: what strikes, and what it takes to notice that requests wait for nothing. */
interface Outage {
  readonly begin: (bench: NetworkBench) => unknown;
  readonly stuck?: (bench: NetworkBench) => number;
}

const outages: readonly (readonly [string, Outage])[] = [
  ['refuses connections', { begin: ({ front }) => front.refuse() }],
  [
    'takes connections and says nothing',
    {
      begin: ({ front }) => {
        front.silence();
      },
      stuck: ({ front }) => front.heldConnections,
    },
  ],
];

/** A store is down for an hour; the other one's secrets rotate every ten minutes and arrive at the next refresh. */
const playOutage = async (
  game: Game,
  down: NetworkBench,
  up: NetworkBench,
  outage: Outage,
): Promise<void> => {
  const { pod } = game;
  await outage.begin(down);
  pod.stuck = () => outage.stuck?.(down) ?? 0;
  const before = filesOf(down, down.generation);
  for (let elapsed = 0; elapsed < 60 * minute; elapsed += 10 * minute) {
    await down.rotate();
    await up.rotate();
    await pod.run(aRefresh);
    expect(visibleFiles(up.folder)).toEqual({ ...before, ...filesOf(up, up.generation) });
    expect(staleFiles(game)).toEqual([
      `${down.kind}/db/user`,
      `${down.kind}/db/password`,
      `${down.kind}/api/token`,
    ]);
    await pod.run(10 * minute - aRefresh);
  }
  const operation = up.kind === 'aws' ? 'batch_read' : 'read';
  const answered = (await metricsOf(pod.agent)).get(
    `keyferry_provider_requests_total{provider="${up.kind}",operation="${operation}",outcome="ok"}`,
  );
  expect(answered).toBeGreaterThan(55);
  await down.front.restore();
  pod.stuck = () => 0;
  await pod.run(aRefresh);
  expect(staleFiles(game)).toEqual([]);
  expect(visibleFiles(up.folder)).toEqual({
    ...filesOf(down, down.generation),
    ...filesOf(up, up.generation),
  });
};

describe.each(outages)('for an hour a store %s', (_how, outage) => {
  test('Vault: the secrets of AWS rotate as if nothing were', () =>
    withBoth((game) => playOutage(game, game.vault, game.aws, outage)));

  test('AWS: the secrets of Vault rotate as if nothing were', () =>
    withBoth((game) => playOutage(game, game.aws, game.vault, outage)));
});

import { once } from 'node:events';
import { removeFolders } from '../../support/agent/folders.ts';
import type { FigureName, Measurement } from '../core/figures.ts';
import { median, medianRatio, middleHalf } from '../core/statistics.ts';
import { nodeCommand, run } from '../processes.ts';
import type { Backends, Backing } from './backends.ts';
import { BenchPod } from './pod.ts';

const rounds = 25;

const starts: readonly { readonly name: FigureName; readonly backing: Backing }[] = [
  { name: 'agent-start-vault', backing: ['vault'] },
  { name: 'agent-start-aws', backing: ['aws'] },
];

/** Milliseconds from the start of a process to its end; throws where it does not end well. */
const timed = async (start: () => ReturnType<typeof run>): Promise<number> => {
  const began = performance.now();
  const [code] = (await once(start(), 'exit')) as [number | null];
  const took = performance.now() - began;
  if (code !== 0) throw new Error(`a process of the bench ended with ${code ?? 'a signal'}`);
  return took;
};

/**
 * Start to files published, as a multiple of what Node itself takes to start and end: `init` ends as soon as the files are there,
 * so its end is counted in too. The kinds of starts take turns.
 */
export const measureStarts = async (backends: Backends, program: string): Promise<readonly Measurement[]> => {
  const tokens = await backends.tokens();
  const bare: number[] = [];
  const took = new Map<string, number[]>(starts.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await timed(() => run(nodeCommand(['-e', '0']), 'ignore')));
    for (const { name, backing } of starts) {
      const pod = new BenchPod(program, backends.plan(backing, {}), tokens);
      took.get(name)?.push(await timed(() => pod.start('init')));
      if (!pod.published) throw new Error('an agent of the bench ended well and published nothing');
      removeFolders();
    }
  }
  return starts.map(({ name }) => {
    const pairs = (took.get(name) ?? []).map((value, index) => [value, bare[index] ?? NaN] as const);
    const [low, high] = middleHalf(pairs.map(([value, reference]) => value / reference));
    const [ours, theirs] = [0, 1].map((side) => median(pairs.map((pair) => pair[side] ?? NaN)).toFixed(0));
    const note = `${ours} ms against ${theirs} ms, half of the ${rounds} rounds between ${low.toFixed(2)} and ${high.toFixed(2)}`;
    return { name, value: medianRatio(pairs), note };
  });
};

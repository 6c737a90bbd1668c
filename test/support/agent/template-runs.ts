import type { Plan } from '../../../lib/plan.ts';
import { providerError } from '../../../lib/provider-error.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { RunningAgent } from './in-process.ts';
import { fileStore, sourceOf } from './plans.ts';
import type { ScriptedStores } from './scripted-stores.ts';
import { templatesFor } from './template-plans.ts';
import { runUntilTestEnds } from './three-stores.ts';

/** What `/status` says of a ref. */
export interface ShownRow {
  readonly file: string;
  readonly key: string;
  readonly gone: boolean;
  readonly stale: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export const shown = ({ agent }: RunningAgent): readonly ShownRow[] =>
  (agent.status() as { refs: readonly ShownRow[] }).refs;

/** Runs an agent in this process until the end of the test, with the templates of its plan. */
export const runPlan = async (
  plan: Plan,
  stores: ScriptedStores,
  options: { readonly root?: string; readonly clock?: ManualClock } = {},
): Promise<RunningAgent> => {
  const templates = await templatesFor(plan);
  return runUntilTestEnds({ plan, stores, templates, ...options });
};

/** Two stores with a key each. */
export const twoStores = {
  stores: [fileStore('one'), fileStore('two')],
  sources: [sourceOf('a', { intervalSeconds: 60 }), sourceOf('b', { store: 1, intervalSeconds: 60 })],
};

export const notFound = providerError('not_found', 'no such secret');

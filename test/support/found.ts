import { decodeFoundSecrets } from '../../lib/found-secrets.ts';
import type { PlanFind, PlanSource } from '../../lib/plan.ts';
import type { Provider, ReadOutcome } from '../../providers/provider.ts';

/** A source that reads what fits. */
export const findSource = (find: PlanFind): PlanSource => ({ store: 0, key: '', intervalSeconds: 60, find });

/** What a find brought, as texts by name; of one that failed, its code and message. */
export const shownFind = (outcome: ReadOutcome | undefined): Record<string, string> | string => {
  if (outcome === undefined) return 'no outcome';
  if (!outcome.ok) return `${outcome.error.code}: ${outcome.error.message}`;
  const found = decodeFoundSecrets(outcome.value.bytes.reveal());
  if (found === undefined) return 'no document';
  return Object.fromEntries([...found].map(([name, bytes]) => [name, bytes.toString('latin1')]));
};

/** Reads one find from a store. */
export const findIn = async (provider: Provider, find: PlanFind): Promise<Record<string, string> | string> =>
  shownFind((await provider.read([findSource(find)], new AbortController().signal))[0]);

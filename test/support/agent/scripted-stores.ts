import type { PlanSource } from '../../../lib/plan.ts';
import { providerError, type ProviderError } from '../../../lib/provider-error.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { err, ok } from '../../../lib/result.ts';
import type { OpenProvider, ProviderContext, ReadOutcome } from '../../../providers/provider.ts';

/** What a store answers about a key: a text, an error, or nothing at all until it is told to stop. */
export type ScriptedAnswer = string | ProviderError;

/** Stores whose answers a test sets, by `<store>/<key>`. A key that is not set is `not_found`. */
export class ScriptedStores {
  readonly answers = new Map<string, ScriptedAnswer>();
  /** Stores that do not answer at all, not even to an abort. */
  readonly hanging = new Set<string>();
  /** Stores that throw. */
  readonly broken = new Set<string>();
  /** Every read that was asked for: the store and its keys. */
  readonly reads: { readonly store: string; readonly keys: readonly string[] }[] = [];
  readonly contexts = new Map<string, ProviderContext>();
  readonly open: OpenProvider;

  constructor(answers: Readonly<Record<string, ScriptedAnswer>> = {}) {
    for (const [key, answer] of Object.entries(answers)) this.answers.set(key, answer);
    this.open = ({ name }, context) => {
      this.contexts.set(name, context);
      return Promise.resolve({
        read: (sources: readonly PlanSource[]) => this.#read(name, sources),
        close: () => undefined,
      });
    };
  }

  readsOf(store: string): number {
    return this.reads.filter((read) => read.store === store).length;
  }

  #read(store: string, sources: readonly PlanSource[]): Promise<readonly ReadOutcome[]> {
    this.reads.push({ store, keys: sources.map(({ key }) => key) });
    if (this.hanging.has(store)) return new Promise(() => undefined);
    if (this.broken.has(store)) throw new Error('hunter2 of a library');
    return Promise.resolve(sources.map(({ key }) => this.#answer(`${store}/${key}`)));
  }

  #answer(place: string): ReadOutcome {
    const answer = this.answers.get(place) ?? providerError('not_found', 'no such secret');
    return typeof answer === 'string'
      ? ok({ bytes: new Redacted(Buffer.from(answer)), version: '1' })
      : err(answer);
  }
}

import type { Filter } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../lib/clock.ts';
import type { AwsConnection } from '../../lib/connections/connection.ts';
import type { PlanFind } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { findBounds, tooManyNames, tooManySecrets } from '../find/bounds.ts';
import { Collection } from '../find/found-secrets.ts';
import { loadNameMatcher } from '../find/name-matcher.ts';
import { withinTime } from '../find/time-limit.ts';
import type { ReadOutcome } from '../provider.ts';
import type { Asker, Pass } from './asker.ts';
import { findFilters } from './find-filters.ts';
import type { Target } from './key.ts';
import { chunked, secretsAtOnce, type TargetReader } from './read-targets.ts';

export interface FinderOptions {
  readonly store: AwsConnection;
  readonly asker: Asker;
  readonly reader: TargetReader;
  readonly clock: Clock;
}

type Names = Result<readonly string[], ProviderError>;

/**
 * Finds secrets as External Secrets Operator does (its providers/v1/aws/secretsmanager, GetAllSecrets): AWS filters by path and tags, the
 * expression is matched against whole names, and the store's prefix has no part in it. Other than there, a secret that may not be read is
 * never left out silently.
 */
export class Finder {
  readonly #options: FinderOptions;

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  find(find: PlanFind, { identity, signal }: Pass): Promise<ReadOutcome> {
    return withinTime(this.#options.clock, signal, (limited) =>
      this.#find(find, { identity, signal: limited }),
    );
  }

  async #find(find: PlanFind, pass: Pass): Promise<ReadOutcome> {
    const filters = findFilters(find);
    if (!filters.ok) return filters;
    const fitsName = await loadNameMatcher(find.name);
    if (!fitsName.ok) return fitsName;
    const names = await this.#list(filters.value, pass);
    if (!names.ok) return names;
    const fitting = names.value.filter((name) => fitsName.value(name));
    return fitting.length > findBounds.secrets
      ? err(tooManySecrets(fitting.length))
      : this.#read(fitting, pass);
  }

  async #list(filters: Filter[], pass: Pass): Promise<Names> {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const question = { filters, nextToken };
      const page = await this.#options.asker.ask(pass, (requests) => requests.list(question, pass.signal));
      if (!page.ok) return err(page.error.error);
      names.push(...page.value.names);
      if (names.length > findBounds.names) return err(tooManyNames());
      nextToken = page.value.nextToken;
    } while (nextToken !== undefined);
    return ok([...new Set(names)]);
  }

  async #read(names: readonly string[], pass: Pass): Promise<ReadOutcome> {
    const { store, reader } = this.#options;
    const collection = new Collection();
    const targets = names.map((id): Target => ({
      id,
      region: store.region,
      version: undefined,
      stage: undefined,
    }));
    // A part after the other: what is too much must not all be in memory before that is noticed.
    for (const part of chunked(targets, secretsAtOnce)) {
      for (const [{ id }, outcome] of await reader.read(part, pass)) {
        const taken = collection.take(id, outcome);
        if (!taken.ok) return taken;
      }
    }
    return collection.outcome();
  }
}

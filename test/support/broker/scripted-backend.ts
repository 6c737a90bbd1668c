import type { PlanSource } from '../../../lib/plan.ts';
import { providerError, type ProviderError } from '../../../lib/provider-error.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Store } from '../../../lib/stores/store.ts';
import type { Provider, ReadOptions, ReadOutcome } from '../../../providers/provider.ts';
import type { ManualClock } from '../manual-clock.ts';

/** One call that came. */
export interface BackendCall {
  readonly at: number;
  readonly kind: 'read' | 'check';
  readonly keys: readonly string[];
  readonly fresh: boolean;
  readonly store: Store;
}

export interface BackendOptions {
  readonly clock: ManualClock;
  /** Whether documents have versions, and changes can be learnt from them. */
  readonly checks?: boolean;
  /** Keys below this are credentials that are made for each read. */
  readonly leasedBelow?: string;
  readonly leaseSeconds?: number;
  /** Whether leases end with a login that has to be kept alive. */
  readonly login?: string;
}

/** A backend that does as it is told: the other side of `Provider`. */
export class ScriptedBackend {
  readonly calls: BackendCall[] = [];
  /** Every buffer that was given away. */
  readonly given: Buffer[] = [];
  readonly opened: Store[] = [];
  readonly closed: Store[] = [];
  readonly keptAlive: number[] = [];
  /** More than one read of a key at a time were under way. */
  overlaps = 0;
  aborted = 0;
  failure: ((key: string) => ProviderError | undefined) | undefined;
  openFailure: ProviderError | Error | undefined;
  thrown: Error | undefined;
  keepAliveMs = 60_000;
  readonly #options: BackendOptions;
  readonly #values = new Map<string, { text: string; version: number }>();
  readonly #underWay = new Map<string, number>();
  #leases = 0;
  #held: (() => void)[] | undefined;

  constructor(options: BackendOptions) {
    this.#options = options;
  }

  get reads(): readonly BackendCall[] {
    return this.calls.filter(({ kind }) => kind === 'read');
  }

  /** How often a key was read. */
  readsOf(key: string): number {
    return this.reads.filter(({ keys }) => keys.includes(key)).length;
  }

  set(key: string, text: string): void {
    this.#values.set(key, { text, version: (this.#values.get(key)?.version ?? 0) + 1 });
  }

  /** Answers nothing until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  /** Answers what waits, and goes on answering. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }

  readonly open = (store: Store): Promise<Result<Provider, ProviderError>> => {
    this.opened.push(store);
    if (this.openFailure instanceof Error) return Promise.reject(this.openFailure);
    if (this.openFailure !== undefined) return Promise.resolve(err(this.openFailure));
    const { checks = false, login } = this.#options;
    return Promise.resolve(
      ok({
        read: (sources, signal, options) => this.#read(store, sources, signal, options),
        ...(checks ? { check: (known, signal) => this.#check(store, known, signal) } : {}),
        ...(login === undefined ? {} : { login, keepAlive: () => this.#keepAlive() }),
        close: () => {
          this.closed.push(store);
        },
      } satisfies Provider),
    );
  };

  #keepAlive(): Promise<number> {
    this.keptAlive.push(this.#options.clock.monotonic());
    return Promise.resolve(this.keepAliveMs);
  }

  async #read(
    store: Store,
    sources: readonly PlanSource[],
    signal: AbortSignal,
    { fresh = false }: ReadOptions = {},
  ): Promise<readonly ReadOutcome[]> {
    const keys = sources.map(({ key, find }) => (find === undefined ? key : `find ${find.name ?? ''}`));
    this.#note({ kind: 'read', keys, fresh, store });
    for (const key of keys) this.#begin(key);
    try {
      await this.#turn(signal);
      if (this.thrown !== undefined) throw this.thrown;
      return keys.map((key) => this.#answer(key));
    } finally {
      for (const key of keys) this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
    }
  }

  async #check(
    store: Store,
    known: readonly { readonly source: PlanSource; readonly version: string }[],
    signal: AbortSignal,
  ): Promise<readonly Result<'same' | 'changed' | undefined, ProviderError>[]> {
    this.#note({ kind: 'check', keys: known.map(({ source }) => source.key), fresh: false, store });
    await this.#turn(signal);
    return known.map(({ source: { key }, version }) => {
      const failure = this.failure?.(key);
      if (failure !== undefined) return err(failure);
      const now = this.#values.get(key)?.version;
      return ok(now === undefined ? undefined : String(now) === version ? 'same' : 'changed');
    });
  }

  #note(call: Omit<BackendCall, 'at'>): void {
    this.calls.push({ at: this.#options.clock.monotonic(), ...call });
  }

  #begin(key: string): void {
    const underWay = (this.#underWay.get(key) ?? 0) + 1;
    this.#underWay.set(key, underWay);
    if (underWay > 1 && !this.#isLeased(key)) this.overlaps += 1;
  }

  /** Until it may be answered. An aborted call ends at once. */
  async #turn(signal: AbortSignal): Promise<void> {
    const held = this.#held;
    if (held === undefined) {
      await Promise.resolve();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      held.push(resolve);
      signal.addEventListener('abort', () => {
        this.aborted += 1;
        reject(new Error('aborted'));
      });
    });
  }

  #isLeased(key: string): boolean {
    const { leasedBelow } = this.#options;
    return leasedBelow !== undefined && key.startsWith(leasedBelow);
  }

  #answer(key: string): ReadOutcome {
    const failure = this.failure?.(key);
    if (failure !== undefined) return err(failure);
    const { checks = false, clock, leaseSeconds = 3_600, login } = this.#options;
    if (this.#isLeased(key)) {
      this.#leases += 1;
      const lease = {
        id: `lease ${this.#leases}`,
        durationSeconds: leaseSeconds,
        renewable: false,
        expiresAt: clock.now() + leaseSeconds * 1_000,
        ...(login === undefined ? {} : { login }),
      };
      return ok({ bytes: this.#give(`user ${this.#leases}`), lease });
    }
    const value = this.#values.get(key);
    if (value === undefined) return err(providerError('not_found', `${key} is not there`));
    const version = checks ? { version: String(value.version) } : {};
    return ok({ bytes: this.#give(value.text), ...version });
  }

  #give(text: string): Redacted<Buffer> {
    const bytes = Buffer.from(text);
    this.given.push(bytes);
    return new Redacted(bytes);
  }
}

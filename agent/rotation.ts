import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Plan } from '../lib/plan.ts';
import type { FileFailure } from './core/acceptance.ts';
import { assemble, type Assembly, type FileOrigin } from './core/generation.ts';
import { decideStart, optionalGrace, type StartVerdict } from './core/start-rules.ts';
import type { Handover } from './handover.ts';
import type { Memories } from './memories.ts';
import type { Publisher, VolumeProblem } from './publish/publisher.ts';

export interface RotationOptions {
  readonly plan: Plan;
  readonly memories: Memories;
  readonly handover: Handover;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly log: Logger;
}

/** After a generation could not be written, in milliseconds. */
const retryWhileStarting = 1_000;
const retryWhileRunning = 10_000;

/** Turns what has been read into generations: when the first may come out, what goes into each, and what if the volume refuses. */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #startFailure = Promise.withResolvers<readonly FileFailure[]>();
  #hasGeneration = false;
  #origins: readonly FileOrigin[] = [];
  /** When everything that the first generation needs was there, by `Clock.monotonic`. */
  #completeSince: number | undefined;
  #problem: VolumeProblem | undefined;
  #retryAt: number | undefined;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** Whether any generation is in the volume. */
  get hasGeneration(): boolean {
    return this.#hasGeneration;
  }

  /** Where each file of the plan comes from in what was last put together. */
  get origins(): readonly FileOrigin[] {
    return this.#origins;
  }

  /** Why the last generation could not be written, or undefined where it could. */
  get problem(): VolumeProblem | undefined {
    return this.#problem;
  }

  /** Resolves as soon as any generation is in the volume. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  /** Resolves where a failure that time does not cure keeps the first generation from coming out. */
  get startFailure(): Promise<readonly FileFailure[]> {
    return this.#startFailure.promise;
  }

  /** Takes over the volume and publishes what the state file gave, where that is something. */
  begin(): void {
    const { publisher, memories } = this.#options;
    const recovered = publisher.recover();
    if (!recovered.ok) this.#noteProblem(recovered.error);
    if (publisher.current() !== undefined) this.#becomeReady();
    if (memories.reports.some((report) => report !== undefined)) this.advance();
  }

  /** To be called when something has been read. */
  advance(): void {
    const assembly = this.#assemble();
    this.#origins = assembly.origins;
    const complete = assembly.complete || this.#waitsForOptional(assembly);
    if (complete) this.#completeSince ??= this.#options.clock.monotonic();
    const verdict = this.#verdict(complete);
    if (verdict.kind === 'publish') this.#publishFirstOrNext(assembly);
    else if (verdict.kind === 'fail') this.#startFailure.resolve(verdict.failures);
  }

  /** Does what time brings: the end of a grace, another try, the removal of old generations. Returns when to call again. */
  upkeep(): number {
    const { publisher, clock, log } = this.#options;
    if (this.#graceLeft() === 0) this.advance();
    if (this.#retryAt !== undefined && this.#retryAt <= clock.monotonic()) {
      this.#retryAt = undefined;
      this.advance();
    }
    const pruned = publisher.prune();
    if (!pruned.ok) log.warn({ code: pruned.error.code }, 'an old generation cannot be removed');
    const nextPrune = pruned.ok ? pruned.value : retryWhileRunning;
    const waits = [nextPrune, this.#graceLeft(), this.#untilRetry()];
    return Math.min(Number.POSITIVE_INFINITY, ...waits.filter((wait) => wait !== undefined));
  }

  #assemble(): Assembly {
    const { plan, memories, publisher } = this.#options;
    const documents = this.#hasGeneration ? memories.renderings : memories.livingRenderings;
    const fromDocuments = assemble(plan, documents, new Map());
    const lacking = fromDocuments.origins.some((origin) => origin === 'absent' || origin === 'missing');
    return lacking && this.#hasGeneration
      ? assemble(plan, documents, publisher.publishedFiles())
      : fromDocuments;
  }

  /** Whether a first generation lacks only files that can do without what they wait for. */
  #waitsForOptional({ origins }: Assembly): boolean {
    const { memories } = this.#options;
    return (
      !this.#hasGeneration &&
      origins.every((origin, file) => origin !== 'missing' || memories.waitsForOptional(file))
    );
  }

  #publishFirstOrNext(assembly: Assembly): void {
    if (this.#hasGeneration) {
      this.#publish(assembly);
      return;
    }
    // From here on what has not come counts as missing, where that is allowed.
    this.#options.memories.settle();
    const settled = this.#assemble();
    this.#origins = settled.origins;
    const verdict = this.#verdict(settled.complete);
    if (verdict.kind === 'publish') this.#publish(settled);
    else if (verdict.kind === 'fail') this.#startFailure.resolve(verdict.failures);
  }

  #verdict(complete: boolean): StartVerdict {
    const { plan, memories, clock } = this.#options;
    if (this.#hasGeneration) return { kind: complete ? 'publish' : 'wait' };
    const completeFor = clock.monotonic() - (this.#completeSince ?? clock.monotonic());
    return decideStart({ plan, reports: memories.reports, complete, completeFor });
  }

  #publish({ files }: Assembly): void {
    const { plan, publisher, handover, log } = this.#options;
    const published = publisher.publish({ files, group: plan.fileGroup });
    if (!published.ok) {
      this.#noteProblem(published.error);
      return;
    }
    this.#problem = undefined;
    this.#retryAt = undefined;
    if (published.value.changed) {
      handover.countGeneration();
      log.info({ generation: handover.generation, files: files.length }, 'published');
    }
    this.#becomeReady();
  }

  #noteProblem(problem: VolumeProblem): void {
    const { clock, log } = this.#options;
    this.#problem = problem;
    this.#retryAt = clock.monotonic() + (this.#hasGeneration ? retryWhileRunning : retryWhileStarting);
    log.error({ code: problem.code }, problem.message);
  }

  #becomeReady(): void {
    this.#hasGeneration = true;
    this.#ready.resolve(undefined);
  }

  /** What is left of the optional sources' grace, in milliseconds; undefined where nothing waits for it. */
  #graceLeft(): number | undefined {
    if (this.#hasGeneration || this.#completeSince === undefined || this.#retryAt !== undefined)
      return undefined;
    return Math.max(0, this.#completeSince + optionalGrace - this.#options.clock.monotonic());
  }

  #untilRetry(): number | undefined {
    return this.#retryAt === undefined
      ? undefined
      : Math.max(0, this.#retryAt - this.#options.clock.monotonic());
  }
}

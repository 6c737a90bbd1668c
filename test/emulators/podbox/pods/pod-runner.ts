import { longName, type TakenPod } from '../manifest/pod-types.ts';
import type { PodStatus } from './status-types.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Changes } from './changes.ts';
import type { ContainerRunner } from '../containers/container-runner.ts';
import { decide } from './decide.ts';
import type { PodVolumes } from '../volumes/pod-volumes.ts';
import { restartPolicyOf, type RestartPolicy } from './state.ts';
import { sleepUntil } from './sleep-until.ts';
import { podStatus } from './status.ts';
import { stopInOrder } from './stop-order.ts';
import type { PodEvent } from '../types.ts';

export interface PodParts {
  readonly pod: TakenPod;
  readonly clock: Clock;
  readonly volumes: PodVolumes;
  /** In the order of the manifest, init containers first. */
  readonly containers: readonly ContainerRunner[];
  /** Of anything that can be seen of the pod. */
  readonly changes: Changes;
  /** Of what its containers do, without their output. */
  readonly stateChanges: Changes;
  readonly events: PodEvent[];
}

/** How soon the kubelet looks again at what it could not do, in milliseconds. */
const tryAgainAfter = 10_000;

/** Keeps one pod as its manifest says, from its volumes to its end. */
export class PodRunner {
  readonly parts: PodParts;
  readonly #policy: RestartPolicy;
  readonly #startedAt: number;
  readonly #deletion = new AbortController();
  #finished = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: PodParts) {
    this.parts = parts;
    this.#policy = restartPolicyOf(parts.pod.spec.restartPolicy);
    this.#startedAt = parts.clock.now();
  }

  status(): PodStatus {
    return podStatus({
      containers: this.parts.containers.map(({ state }) => state),
      policy: this.#policy,
      finished: this.#finished,
      startedAt: this.#startedAt,
    });
  }

  /** Whether the pod has been deleted and all of it has ended. */
  get deleted(): boolean {
    return this.#deletion.signal.aborted && this.#finished;
  }

  /** Begins; the volumes are there already. */
  begin(): void {
    this.#running = Promise.all([this.#keepContainers(), this.#keepTokens()]);
  }

  container(name: string): ContainerRunner {
    const found = this.parts.containers.find(({ state }) => state.name === name);
    if (found === undefined) throw new Error(`the pod has no container "${name}"`);
    return found;
  }

  /** Ends the pod. What is being started is waited for first, a hook too, as the kubelet does. */
  async delete(graceSeconds: number): Promise<void> {
    this.#deletion.abort();
    await this.#running;
    await this.#finish(graceSeconds);
    await this.parts.volumes.remove();
  }

  /** Ends the pod at once: everything is killed, nothing is waited for. */
  async destroy(): Promise<void> {
    this.#deletion.abort();
    this.kill();
    await this.delete(0);
  }

  /** Kills every process of the pod, without a word. */
  kill(): void {
    for (const container of this.parts.containers) container.kill();
  }

  #isDeleted(): boolean {
    return this.#deletion.signal.aborted;
  }

  get #graceSeconds(): number {
    return this.parts.pod.spec.terminationGracePeriodSeconds ?? 30;
  }

  async #keepContainers(): Promise<void> {
    const { containers, stateChanges } = this.parts;
    while (!this.#isDeleted()) {
      const changed = stateChanges.next();
      const decision = decide(
        containers.map(({ state }) => state),
        this.#policy,
      );
      if (decision.kind === 'finish') {
        await this.#finish(this.#graceSeconds);
        return;
      }
      const pauses: Pause[] = [];
      for (const name of decision.names) pauses.push(await this.#start(this.container(name)));
      if (!pauses.includes('none')) await this.#pause(pauses, changed);
    }
  }

  async #start(container: ContainerRunner): Promise<Pause> {
    const { clock } = this.parts;
    const { run } = container.state;
    if (this.#isDeleted()) return 'none';
    if (run.kind === 'ended') {
      const remaining = container.backOff.remaining(run.finishedAt, clock.now());
      if (remaining > 0) return { container, until: clock.now() + remaining };
      container.backOff.count(run.finishedAt, clock.now());
    }
    const outcome = await container.start();
    return outcome.kind === 'refused' ? { until: clock.now() + tryAgainAfter } : 'none';
  }

  /** Waits for a change, or until the first container may be tried again; says why they wait once that is under way. */
  async #pause(pauses: readonly Pause[], changed: Promise<void>): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#deletion.signal]);
    const waits = pauses.filter((pause) => pause !== 'none');
    const sleeps = waits.map(({ until }) => sleepUntil(this.parts.clock, until, signal));
    for (const { container } of waits) if (container !== undefined) this.#sayBackOff(container);
    await Promise.race([...sleeps, changed, aborted(this.#deletion.signal)]);
    over.abort();
  }

  #sayBackOff(container: ContainerRunner): void {
    const pod = longName(this.parts.pod);
    const seconds = container.backOff.delay / 1000;
    const message = `back-off ${seconds}s restarting failed container=${container.state.name} pod=${pod}`;
    if (container.state.waiting?.message === message) return;
    container.wait('CrashLoopBackOff', message);
    this.event('Warning', 'BackOff', message, container.state.name);
  }

  event(type: PodEvent['type'], reason: string, message: string, container?: string): void {
    const time = new Date(this.parts.clock.now());
    this.parts.events.push({
      type,
      reason,
      message,
      time,
      ...(container === undefined ? {} : { container }),
    });
    this.parts.changes.notify();
  }

  async #finish(graceSeconds: number): Promise<void> {
    if (this.#finished) return;
    await stopInOrder(this.parts.containers, graceSeconds, this.parts.clock);
    this.#finished = true;
    this.parts.changes.notify();
  }

  /** Re-writes projected tokens before they expire. */
  async #keepTokens(): Promise<void> {
    const { clock, volumes } = this.parts;
    const { signal } = this.#deletion;
    let tryAgainAt = 0;
    while (!this.#isDeleted() && volumes.renewAt < Infinity) {
      await sleepUntil(clock, Math.max(volumes.renewAt, tryAgainAt), signal);
      if (this.#isDeleted()) return;
      await volumes.rewrite().catch((error: unknown) => {
        tryAgainAt = clock.now() + tryAgainAfter;
        this.event('Warning', 'FailedMount', (error as Error).message);
      });
    }
  }
}

/** Until when the loop may rest: not at all, or until a container is to be tried again (milliseconds since the epoch). */
type Pause = 'none' | { readonly container?: ContainerRunner; readonly until: number };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

import { join } from 'node:path';
import { longName, type Container } from '../manifest/pod-types.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { BackOff } from './back-off.ts';
import type { Child } from './child.ts';
import { ContainerLog } from './container-log.ts';
import { buildRoot } from './container-root.ts';
import { hookFailure, runHook } from './hook.ts';
import { launch, workingDirectory, type LaunchPlace } from './launch.ts';
import type { ContainerState, Ended, Role } from '../pods/state.ts';
import { terminationMessage } from './termination-message.ts';
import { nonRootProblem } from '../manifest/users.ts';

export interface ContainerSettings extends LaunchPlace {
  readonly role: Role;
  readonly clock: Clock;
  /** Path in the container -> folder of the volume. */
  readonly mounts: ReadonlyMap<string, string>;
  /** How many containers the pod has. */
  readonly siblings: number;
  readonly terminationGracePeriodSeconds: number;
  readonly onEvent: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  readonly onChange: (what: 'state' | 'output') => void;
}

export type StartOutcome =
  | { readonly kind: 'started' }
  /** It did not start, or ended with its hook. */
  | { readonly kind: 'failed' }
  /** It cannot be created as the manifest asks; the kubelet tries again. */
  | { readonly kind: 'refused' };

const startErrorCode = 128;

/** Keeps one container of a pod: its processes one after the other, its log, its state. */
export class ContainerRunner {
  readonly log = new ContainerLog();
  readonly backOff = new BackOff();
  readonly #settings: ContainerSettings;
  #state: ContainerState;
  #child: Child | undefined;
  #ending: Promise<void> = Promise.resolve();
  #killed = false;

  constructor(settings: ContainerSettings) {
    this.#settings = settings;
    const { name, image = '' } = settings.container;
    this.#state = { name, image, role: settings.role, run: { kind: 'none' }, restartCount: 0 };
  }

  get state(): ContainerState {
    return this.#state;
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The folder that its processes take for their root. */
  get root(): string {
    return this.#settings.root;
  }

  /** Says why the container is not started now. */
  wait(reason: string, message: string): void {
    this.#change({ waiting: { reason, message } });
  }

  /** Starts it, first or again, and runs its hook to the end. */
  async start(): Promise<StartOutcome> {
    const { pod, container, image, clock, onEvent } = this.#settings;
    const problem = nonRootProblem(pod, container, image);
    if (problem !== undefined) {
      onEvent('Warning', 'Failed', `Error: ${problem}`);
      this.wait('CreateContainerConfigError', problem);
      return { kind: 'refused' };
    }
    const child = await this.#launch(clock.now());
    if (child === undefined) return { kind: 'failed' };
    onEvent('Normal', 'Started', 'Container started');
    return (await this.#runHook(child)) ? { kind: 'started' } : { kind: 'failed' };
  }

  /** Sends a signal to its process. Returns whether one runs. */
  signal(name: NodeJS.Signals): boolean {
    this.#child?.signal(name);
    return this.#child !== undefined;
  }

  /** Asks its process to end, and after the grace period kills it with all that it started. */
  async stop(graceSeconds: number): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#settings.onEvent('Normal', 'Killing', `Stopping container ${this.#state.name}`);
    const ended = new AbortController();
    const grace = this.#settings.clock.sleep(graceSeconds * 1000, ended.signal).then(
      () => {
        child.kill();
      },
      () => undefined,
    );
    child.signal('SIGTERM');
    await this.whenEnded();
    ended.abort();
    await grace;
  }

  /** Kills whatever runs of it, now and later. */
  kill(): void {
    this.#killed = true;
    this.#child?.kill();
  }

  /** Resolves as soon as no process of it runs and its state says so. */
  async whenEnded(): Promise<void> {
    await this.#ending;
  }

  async #launch(startedAt: number): Promise<Child | undefined> {
    const { container, image, root, mounts, onChange } = this.#settings;
    const { terminationMessagePath = '/dev/termination-log' } = container;
    this.log.begin();
    try {
      const directory = workingDirectory(container);
      await buildRoot({ folder: root, image, mounts, terminationMessagePath, workingDirectory: directory });
      const child = await launch(this.#settings, (chunk) => {
        this.log.append(chunk);
        onChange('output');
      });
      this.#child = child;
      if (this.#killed) child.kill();
      this.#began(startedAt);
      this.#ending = child.exited.then((exitCode) => this.#ended(startedAt, exitCode));
      return child;
    } catch (error) {
      const message = `failed to create containerd task: ${(error as Error).message}`;
      this.#settings.onEvent('Warning', 'Failed', `Error: ${message}`);
      this.#began(startedAt);
      const end = { exitCode: startErrorCode, reason: 'StartError', message, startedAt };
      this.#change({ run: { kind: 'ended', ...end, finishedAt: this.#settings.clock.now() } });
      this.wait('RunContainerError', message);
      return undefined;
    }
  }

  #began(startedAt: number): void {
    const { run, restartCount } = this.#state;
    const again = run.kind === 'ended' ? { last: run, restartCount: restartCount + 1 } : {};
    this.#change({ run: { kind: 'running', startedAt, ready: false }, waiting: undefined, ...again });
  }

  async #ended(startedAt: number, exitCode: number): Promise<void> {
    const { container, root, siblings, clock } = this.#settings;
    const finishedAt = clock.now();
    const message = await terminationMessage({
      file: join(root, container.terminationMessagePath ?? '/dev/termination-log'),
      policy: container.terminationMessagePolicy,
      exitCode,
      log: this.log.run(),
      containers: siblings,
    });
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const run: Ended = { kind: 'ended', exitCode, reason, message, startedAt, finishedAt };
    this.#child = undefined;
    this.#change({ run });
  }

  /** Runs the hook if there is one; a hook that fails takes the container with it. */
  async #runHook(child: Child): Promise<boolean> {
    const command = postStart(this.#settings.container);
    if (command !== undefined) {
      const failure = await this.#hookFailure(child, command);
      if (failure !== undefined) {
        await this.stop(this.#settings.terminationGracePeriodSeconds);
        this.wait('PostStartHookError', failure);
        return false;
      }
    }
    const { run } = this.#state;
    if (run.kind === 'running') this.#change({ run: { ...run, ready: true } });
    return true;
  }

  async #hookFailure(child: Child, command: readonly string[]): Promise<string | undefined> {
    const { pod, onEvent } = this.#settings;
    const where = { container: this.#state.name, pod: longName(pod) };
    const result = await runHook((onOutput) => launch(this.#settings, onOutput, command), child).catch(
      (error: unknown) => ({ exitCode: startErrorCode, stdout: '', stderr: (error as Error).message }),
    );
    const output = `${result.stdout}${result.stderr}`;
    if (result.exitCode === 0) {
      onEvent('Normal', 'PostStartHook', output);
      return undefined;
    }
    onEvent('Warning', 'FailedPostStartHook', output);
    return hookFailure(command, where, result);
  }

  #change(change: Partial<ContainerState>): void {
    this.#state = { ...this.#state, ...change };
    this.#settings.onChange('state');
  }
}

const postStart = ({ lifecycle }: Container): readonly string[] | undefined =>
  lifecycle?.postStart?.exec?.command;

import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod, TakenPod } from './manifest/pod-types.ts';
import type { PodStatus } from './pods/status-types.ts';
import { systemClock, type Clock } from '../../../lib/clock.ts';
import { isRoot } from './machine.ts';
import { makePod } from './pods/make-pod.ts';
import type { Medium } from './volumes/memory-folder.ts';
import type { PodRunner } from './pods/pod-runner.ts';
import { PodVolumes } from './volumes/pod-volumes.ts';
import { everybodyReaches, ReachablePrograms } from './containers/reachable.ts';
import type { ConfigMapSource, Image, Note, PodEvent, PodReference, TokenSource } from './types.ts';
import { takePod } from './manifest/take-pod.ts';
import { viewOf, waitFor, type PodView } from './pods/view.ts';

export interface PodboxOptions {
  /** Image name, as manifests have it -> what stands for it. */
  readonly images: Readonly<Record<string, Image>>;
  readonly tokens: TokenSource;
  /** None exist by default. */
  readonly configMaps?: ConfigMapSource;
  readonly clock?: Clock;
  /** Where the pods' folders go; a new folder of the system's temporary one by default. */
  readonly folder?: string;
  /** The best medium to try for volumes in memory: a mounted tmpfs by default, which only root may have. */
  readonly medium?: Medium;
  /** Called once for each thing that is not enforced on this machine; `notes` keeps them as well. */
  readonly onNote?: Note;
  /** Called with the status of each pod that is run, at once and whenever it may have changed, as a kubelet tells the API server. */
  readonly onStatus?: (pod: TakenPod, status: PodStatus) => void;
}

const keyOf = ({ metadata }: Pick<Pod, 'metadata'>): string =>
  `${metadata?.namespace ?? 'default'}/${metadata?.name ?? ''}`;

/**
 * A small kubelet: runs the containers of pods as processes of this machine, in the order, with the volumes, the environment, the users
 * and the restarts of a cluster. What it cannot honour it refuses, and what it cannot enforce it says (`notes`).
 */
export class Podbox implements AsyncDisposable {
  readonly #options: PodboxOptions;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #images: ReadonlyMap<string, Image>;
  readonly #programs: ReachablePrograms;
  readonly #pods = new Map<string, PodRunner>();
  readonly #notes = new Set<string>();
  readonly #onExit = (): void => {
    for (const pod of this.#pods.values()) pod.kill();
  };

  private constructor(folder: string, options: PodboxOptions) {
    this.#options = options;
    this.#folder = folder;
    this.#clock = options.clock ?? systemClock;
    this.#images = new Map(Object.entries(options.images));
    this.#programs = new ReachablePrograms(folder);
    process.once('exit', this.#onExit);
  }

  static async create(options: PodboxOptions): Promise<Podbox> {
    const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'podbox-'));
    await chmod(folder, 0o755);
    if (isRoot() && !(await everybodyReaches(folder))) {
      await rm(folder, { recursive: true });
      throw new Error(`containers of other users cannot reach ${folder}: give podbox a folder that they can`);
    }
    return new Podbox(folder, options);
  }

  /** What is accepted here without being enforced. */
  get notes(): readonly string[] {
    return [...this.#notes].sort();
  }

  /**
   * Makes the pod's volumes and begins to run its containers; does not wait for any of them. Returns the manifest as it runs, with
   * namespace and uid. Throws RefusedPodError, with every reason, before anything is made.
   */
  async run(manifest: Pod): Promise<TakenPod> {
    const { pod, notes } = takePod(manifest, this.#images);
    const key = keyOf(pod);
    if (this.#pods.get(key)?.deleted === false) throw new Error(`pod ${key} is running already`);
    for (const note of notes) this.#note(note);
    if (!isRoot()) this.#note('users and groups are not changed: podbox does not run as root');
    const runner = await this.#make(pod);
    this.#pods.set(key, runner);
    this.#tellStatus(pod, runner);
    runner.begin();
    return structuredClone(pod);
  }

  /** The pod's status in the kubelet's shape; also after its deletion, until a pod of the same name is run. */
  status(reference: PodReference): PodStatus {
    return this.#find(reference).status();
  }

  /** Everything that can be seen of a pod at this moment. */
  view(reference: PodReference): PodView {
    return viewOf(this.#find(reference));
  }

  /**
   * Resolves as soon as `predicate` holds, which is asked at every change. Rejects when the pod is deleted meanwhile, or after
   * `withinMilliseconds` of the machine's own time (20,000 by default), with the state that the pod is in by then.
   */
  async until(
    reference: PodReference,
    predicate: (view: PodView) => boolean,
    withinMilliseconds = 20_000,
  ): Promise<PodView> {
    return waitFor(this.#find(reference), predicate, withinMilliseconds);
  }

  /** What the containers wrote: one's, of all its runs or of one (0 the last, 1 the one before it). */
  logs(reference: PodReference, container: string, runsBack?: number): string {
    const { log } = this.#find(reference).container(container);
    return runsBack === undefined ? log.all() : log.run(runsBack);
  }

  events(reference: PodReference): readonly PodEvent[] {
    return [...this.#find(reference).parts.events];
  }

  /** The folder that stands for a container's root: `join(root, '/secrets/x')` is the file that it sees there. */
  root(reference: PodReference, container: string): string {
    return this.#find(reference).container(container).root;
  }

  /** The folder of a volume on this machine. */
  volume(reference: PodReference, name: string): string {
    return this.#find(reference).parts.volumes.path(name);
  }

  /** The process of a container that runs. */
  pid(reference: PodReference, container: string): number | undefined {
    return this.#find(reference).container(container).pid;
  }

  /** Sets annotations, or removes those that are null; volumes that show them are re-written at once. */
  async annotate(
    reference: PodReference,
    annotations: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    const { pod, volumes } = this.#find(reference).parts;
    const merged = Object.entries({ ...pod.metadata.annotations, ...annotations });
    const kept = merged.filter((entry): entry is [string, string] => entry[1] !== null);
    pod.metadata = { ...pod.metadata, annotations: Object.fromEntries(kept) };
    await volumes.rewrite();
  }

  /** Re-writes volumes after a ConfigMap has changed. */
  async refreshVolumes(reference: PodReference): Promise<void> {
    await this.#find(reference).parts.volumes.rewrite();
  }

  /** Sends a signal to a container's process; what follows is up to it and to the restart policy. */
  kill(reference: PodReference, container: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    if (!this.#find(reference).container(container).signal(signal)) {
      throw new Error(`container "${container}" does not run`);
    }
  }

  /** Deletes a pod as `kubectl delete` does; resolves once everything of it has ended and its volumes are gone. */
  async delete(reference: PodReference, gracePeriodSeconds?: number): Promise<PodStatus> {
    const runner = this.#find(reference);
    const { terminationGracePeriodSeconds = 30 } = runner.parts.pod.spec;
    await runner.delete(gracePeriodSeconds ?? terminationGracePeriodSeconds);
    return runner.status();
  }

  /** Kills what still runs and removes every folder. */
  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    await Promise.all([...this.#pods.values()].map((pod) => pod.destroy()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #make(pod: TakenPod): Promise<PodRunner> {
    const { configMaps = () => undefined, medium = 'mount', tokens } = this.#options;
    const folder = join(this.#folder, pod.metadata.uid);
    await mkdir(join(folder, 'volumes'), { recursive: true });
    for (const path of [folder, join(folder, 'volumes')]) await chmod(path, 0o755);
    const note: Note = (text) => {
      this.#note(text);
    };
    const clock = this.#clock;
    const best = isRoot() || medium === 'disk' ? medium : 'shared-memory';
    const volumes = new PodVolumes(pod, { clock, configMaps, medium: best, note, tokens });
    try {
      await volumes.mount(join(folder, 'volumes'));
    } catch (error) {
      await volumes.remove();
      throw error;
    }
    return makePod({ pod, folder, clock, images: this.#images, programs: this.#programs, volumes });
  }

  #tellStatus(pod: TakenPod, runner: PodRunner): void {
    const { onStatus } = this.#options;
    if (onStatus === undefined) return;
    const tell = (): void => {
      onStatus(pod, runner.status());
    };
    runner.parts.changes.listen(tell);
    tell();
  }

  #find(reference: PodReference): PodRunner {
    const key = typeof reference === 'string' ? reference : keyOf(reference);
    const keys = [...this.#pods.keys()].filter((each) => each === key || each.endsWith(`/${key}`));
    const found = keys.length === 1 ? this.#pods.get(keys[0] ?? '') : undefined;
    if (found === undefined) throw new Error(`podbox has ${keys.length} pods "${key}", not one`);
    return found;
  }

  #note(text: string): void {
    if (this.#notes.has(text)) return;
    this.#notes.add(text);
    this.#options.onNote?.(text);
  }
}

import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TakenPod, TokenProjection, Volume } from '../manifest/pod-types.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { writeAtomically } from './atomic-writer.ts';
import { parseBytes } from '../manifest/bytes.ts';
import { isRoot } from '../machine.ts';
import { memoryFolder, type Medium, type VolumeFolder } from './memory-folder.ts';
import { makeSerial } from './serial.ts';
import { PodTokens } from './tokens.ts';
import type { ConfigMapSource, Note, TokenSource } from '../types.ts';
import { giveToGroup } from './volume-ownership.ts';
import { volumePayload } from './volume-payload.ts';

export interface VolumeSettings {
  readonly clock: Clock;
  readonly configMaps: ConfigMapSource;
  readonly medium: Medium;
  readonly note: Note;
  readonly tokens: TokenSource;
}

const tokenProjections = (volume: Volume): TokenProjection[] =>
  (volume.projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []);

const diskFolder = async (path: string): Promise<VolumeFolder> => {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

/** The volumes of one pod: made before its first container, removed after its last. */
export class PodVolumes {
  readonly #settings: VolumeSettings;
  readonly #folders = new Map<string, VolumeFolder>();
  readonly #tokens: PodTokens;
  readonly #serial = makeSerial();
  readonly #pod: TakenPod;

  constructor(pod: TakenPod, settings: VolumeSettings) {
    this.#pod = pod;
    this.#settings = settings;
    this.#tokens = new PodTokens(pod, settings.tokens);
  }

  /** When `rewrite` is next needed for the tokens, in milliseconds since the epoch; infinite for a pod without any. */
  get renewAt(): number {
    return this.#tokens.renewAt;
  }

  /** Makes all volumes below a folder. Throws what the kubelet would report as FailedMount. */
  async mount(folder: string): Promise<void> {
    for (const volume of this.#pod.spec.volumes ?? []) {
      this.#folders.set(volume.name, await this.#makeFolder(volume, join(folder, volume.name)));
    }
    await this.rewrite();
  }

  /** The folder of a volume on this machine. */
  path(name: string): string {
    const folder = this.#folders.get(name);
    if (folder === undefined) throw new Error(`the pod has no volume "${name}"`);
    return folder.path;
  }

  /** Writes tokens that are due and what else has changed. */
  rewrite(): Promise<void> {
    return this.#serial(async () => {
      for (const volume of this.#pod.spec.volumes ?? []) {
        if (volume.projected || volume.downwardAPI) await this.#write(volume);
      }
    });
  }

  /** Removes all volumes and what is in them. */
  async remove(): Promise<void> {
    await this.#serial(async () => {
      for (const folder of this.#folders.values()) await folder.remove();
      this.#folders.clear();
    });
  }

  async #makeFolder(volume: Volume, path: string): Promise<VolumeFolder> {
    const { medium: best, note } = this.#settings;
    const { emptyDir } = volume;
    const size = emptyDir?.sizeLimit === undefined ? undefined : parseBytes(emptyDir.sizeLimit);
    const onDisk = emptyDir !== undefined && emptyDir.medium !== 'Memory';
    if (onDisk && size !== undefined) note('the sizeLimit of an emptyDir on disk is not enforced');
    // The kubelet keeps what it projects in memory too.
    const folder = await (onDisk ? diskFolder(path) : memoryFolder({ path, size, best, note }));
    if (emptyDir !== undefined) await this.#giveToGroup(folder.path, 'writable');
    return folder;
  }

  async #write(volume: Volume): Promise<void> {
    const { clock, configMaps } = this.#settings;
    await this.#tokens.renew(tokenProjections(volume), clock.now());
    const payload = volumePayload(volume, {
      pod: this.#pod,
      configMaps,
      token: (projection) => this.#tokens.get(projection),
      mayChown: isRoot(),
    });
    const target = this.path(volume.name);
    const beforePublish = (): Promise<void> => this.#giveToGroup(target, 'readOnly');
    await writeAtomically(target, payload, { now: clock.now(), beforePublish });
  }

  async #giveToGroup(path: string, use: 'writable' | 'readOnly'): Promise<void> {
    const group = this.#pod.spec.securityContext?.fsGroup;
    if (group === undefined) return;
    if (isRoot()) await giveToGroup(path, group, use);
    else this.#settings.note('fsGroup is not applied to volumes: podbox does not run as root');
  }
}

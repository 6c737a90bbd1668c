import { join } from 'node:path';
import { isGenerationName } from '../core/generation-name.ts';
import { unless, type FileSystem } from './file-system.ts';

/** The link that names the current generation, and the one that is renamed over it; as the kubelet calls them. */
export const dataLink = '..data';
export const dataLinkDraft = '..data_tmp';

/** A secrets volume: its folder and the calls to reach it. */
export interface Volume {
  readonly folder: string;
  readonly fileSystem: FileSystem;
}

/** A place in the volume. */
export const inVolume = (volume: Volume, ...names: string[]): string => join(volume.folder, ...names);

/**
 * The current generation's folder name. Undefined where there is none, and also where `..data` is not a link of the shape
 * that we make: what it points at is then never opened, so that no link leads out of the volume.
 */
export const currentGeneration = (volume: Volume): string | undefined => {
  const { fileSystem } = volume;
  const target = unless(['ENOENT', 'EINVAL'], () => fileSystem.readlinkSync(inVolume(volume, dataLink)));
  if (target === undefined || !isGenerationName(target)) return undefined;
  const entry = unless(['ENOENT'], () => fileSystem.lstatSync(inVolume(volume, target)));
  return entry?.isDirectory() === true ? target : undefined;
};

/** Every generation's folder name that is in the volume, the current one included; sorted. */
export const generationsIn = ({ folder, fileSystem }: Volume): readonly string[] =>
  fileSystem.readdirSync(folder).filter(isGenerationName).sort();

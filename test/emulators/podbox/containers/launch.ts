import { join } from 'node:path';
import type { Container, TakenPod } from '../manifest/pod-types.ts';
import { startChild, type Child, type ChildRequest } from './child.ts';
import { containerCommand, findProgram, intoRoot } from './command.ts';
import { manifestEnvironment } from '../manifest/environment.ts';
import { isRoot } from '../machine.ts';
import type { ReachablePrograms } from './reachable.ts';
import type { Image } from '../types.ts';
import { processUser } from '../manifest/users.ts';

export interface LaunchPlace {
  readonly pod: TakenPod;
  readonly container: Container;
  readonly image: Image;
  /** The folder that the container's processes take for their root. */
  readonly root: string;
  readonly programs: ReachablePrograms;
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The variables of a container: what the manifest sets, and three more. */
const environmentOf = (
  { pod, root }: LaunchPlace,
  manifest: ReadonlyMap<string, string>,
): Record<string, string> => ({
  PATH: searchPath,
  HOSTNAME: pod.metadata.name,
  ...Object.fromEntries(manifest),
  KEYFERRY_ROOT: root,
});

const programFor = async (place: LaunchPlace, name: string, path: string): Promise<string> => {
  const node = place.image.node ?? process.execPath;
  const program = name === 'node' ? node : await findProgram(name, path);
  if (program === undefined) throw new Error(`exec: "${name}": executable file not found`);
  const { uid } = processUser(place.pod, place.container, place.image);
  return isRoot() && uid !== 0 ? place.programs.find(program) : program;
};

/** Where a container's processes begin. */
export const workingDirectory = ({ workingDir }: Container): string =>
  workingDir === undefined || workingDir === '' ? '/' : workingDir;

/** Starts a process in a container: its own, or a hook's where `command` is given. Throws where it cannot be started. */
export const launch = async (
  place: LaunchPlace,
  onOutput: ChildRequest['onOutput'],
  command?: readonly string[],
): Promise<Child> => {
  const { pod, container, image, root } = place;
  const manifest = manifestEnvironment(pod, container);
  const environment = environmentOf(place, manifest);
  const [name, ...words] = intoRoot(command ?? containerCommand(container, image, manifest), image, root);
  if (name === undefined) throw new Error('no command specified');
  return await startChild({
    program: await programFor(place, name, environment['PATH'] ?? ''),
    arguments: words,
    environment,
    folder: join(root, workingDirectory(container)),
    user: processUser(pod, container, image),
    onOutput,
  });
};

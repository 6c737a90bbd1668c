import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { err, ok, type Result } from '../../lib/result.ts';

/** What of the surroundings decides which kubeconfig is meant. */
export interface KubeconfigPlaces {
  /** `--kubeconfig` */
  readonly given: string | undefined;
  /** The variable `KUBECONFIG`: files with the platform's separator between. */
  readonly variable: string | undefined;
  readonly homeFolder: string;
}

const exists = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

const present = async (paths: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const path of paths) if (await exists(path)) found.push(path);
  return found;
};

/**
 * The kubeconfig files as `kubectl` looks for them: the one that is given, else those of the variable that are there, else the
 * one in the home folder.
 */
export const kubeconfigFiles = async ({
  given,
  variable,
  homeFolder,
}: KubeconfigPlaces): Promise<Result<readonly string[], string>> => {
  if (given !== undefined)
    return (await exists(given)) ? ok([given]) : err(`there is no kubeconfig ${given}`);
  const named = (variable ?? '').split(delimiter).filter((path) => path !== '');
  const wanted = named.length > 0 ? named : [join(homeFolder, '.kube', 'config')];
  const found = await present(wanted);
  return found.length > 0
    ? ok(found)
    : err(
        `there is no kubeconfig: looked for ${wanted.join(', ')}; name one with --kubeconfig or KUBECONFIG`,
      );
};

import { copyFile, chmod, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const everybodyExecutes = 0o001;

/** Whether every user may come to a path: each folder above it lets everybody through, and so does it. */
export const everybodyReaches = async (path: string): Promise<boolean> => {
  const { mode } = await stat(path);
  if ((mode & everybodyExecutes) === 0) return false;
  const above = dirname(path);
  return above === path || everybodyReaches(above);
};

/**
 * Programs that containers of other users can start: a program below a folder that is closed to them (a home, say) is copied to
 * one that is not, once.
 */
export class ReachablePrograms {
  readonly #folder: string;
  readonly #copies = new Map<string, Promise<string>>();

  /** `folder` is there and open to everybody. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  find(program: string): Promise<string> {
    const known = this.#copies.get(program) ?? this.#copy(program);
    this.#copies.set(program, known);
    return known;
  }

  async #copy(program: string): Promise<string> {
    if (await everybodyReaches(program)) return program;
    const copy = join(this.#folder, `program-${this.#copies.size}`);
    await copyFile(program, copy);
    await chmod(copy, 0o755);
    return copy;
  }
}

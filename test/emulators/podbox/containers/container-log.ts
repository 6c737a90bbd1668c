/** What the processes of one container wrote, standard output and error together, from the first start on. */
export class ContainerLog {
  #runs: Buffer[][] = [];

  /** From here on it is another run of the container. */
  begin(): void {
    this.#runs.push([]);
  }

  append(chunk: Buffer): void {
    this.#runs.at(-1)?.push(chunk);
  }

  /** Everything, of all runs. */
  all(): string {
    return Buffer.concat(this.#runs.flat()).toString();
  }

  /** What the last run wrote, or the one `back` runs before it. */
  run(back = 0): string {
    return Buffer.concat(this.#runs.at(-1 - back) ?? []).toString();
  }
}

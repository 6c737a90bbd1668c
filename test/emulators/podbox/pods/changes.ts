/** Tells those who ask of every change of something, at once, so that no state in between is missed. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` at every change until the function that is returned is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the first change from now on. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const stop = this.listen(() => {
      resolve(undefined);
    });
    await promise;
    stop();
  }
}

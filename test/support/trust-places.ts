import type { CopyPlaces } from '../../certs/trust-copies.ts';

/** The namespaces that need copies, as the webhook's caches would show them. */
export class Places implements CopyPlaces {
  readonly #listeners = new Set<() => void>();
  #names: ReadonlySet<string> | undefined;

  constructor(...names: readonly string[]) {
    this.#names = new Set(names);
  }

  current(): ReadonlySet<string> | undefined {
    return this.#names;
  }

  set(...names: readonly string[]): void {
    this.#names = new Set(names);
    for (const listener of [...this.#listeners]) listener();
  }

  unknown(): this {
    this.#names = undefined;
    return this;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

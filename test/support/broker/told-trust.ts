import type { TrustSource } from '../../../certs/trust-source.ts';

/** Certificates of the broker's replicas that are what a test says. */
export class ToldTrust implements TrustSource {
  #bundle = '';
  readonly #listeners = new Set<(bundle: string) => void>();
  current(): string {
    return this.#bundle;
  }
  onChange(listener: (bundle: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  set(bundle: string): void {
    this.#bundle = bundle;
    for (const listener of this.#listeners) listener(bundle);
  }
}

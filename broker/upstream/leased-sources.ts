/** How many are remembered; what is forgotten is learnt again by a read that several pods share and only one gets. */
const most = 5_000;

/** What was seen to come with a lease: from then on each pod reads it for itself. */
export class LeasedSources {
  readonly #identities = new Set<string>();

  has(identity: string): boolean {
    return this.#identities.has(identity);
  }

  add(identity: string): void {
    this.#identities.delete(identity);
    this.#identities.add(identity);
    if (this.#identities.size <= most) return;
    for (const oldest of this.#identities) {
      this.#identities.delete(oldest);
      return;
    }
  }

  delete(identity: string): void {
    this.#identities.delete(identity);
  }
}

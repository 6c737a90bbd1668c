/** What came of a scenario: shown, or why it could not be (undefined: shown, and nothing to add). */
export type Outcome = { readonly skipped: string } | { readonly detail: string } | undefined;

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' | ');

/** The lines that a run prints: one a scenario, and a last one. */
export class Report {
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  #shown = 0;
  #skipped = 0;
  #failed = 0;

  /** `now` counts milliseconds. */
  constructor(write: (line: string) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  get failed(): boolean {
    return this.#failed > 0;
  }

  /** A line about what the run is doing. */
  say(text: string): void {
    this.#write(text);
  }

  /** Runs a scenario and says how it went; whether it was shown or skipped. One that `interrupted` has ended has not failed. */
  async scenario(name: string, run: () => Promise<Outcome>, interrupted?: AbortSignal): Promise<boolean> {
    const begun = this.#now();
    try {
      this.#ended(name, await run(), Math.round(this.#now() - begun));
      return true;
    } catch (error) {
      if (interrupted?.aborted !== true) this.failure(name, error);
      return false;
    }
  }

  failure(name: string, error: unknown): void {
    this.#failed += 1;
    this.#write(`FAILED ${name}: ${oneLine(error instanceof Error ? error.message : String(error))}`);
  }

  /** The last line. */
  summary(): void {
    const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`;
    this.#write(
      this.failed
        ? `e2e FAILED: ${this.#failed} of ${this.#failed + this.#shown} scenarios${skipped}`
        : `e2e ok: ${this.#shown} scenarios${skipped}`,
    );
  }

  #ended(name: string, outcome: Outcome, milliseconds: number): void {
    if (outcome !== undefined && 'skipped' in outcome) {
      this.#skipped += 1;
      this.#write(`skipped ${name}: ${outcome.skipped}`);
      return;
    }
    this.#shown += 1;
    this.#write(`ok ${name} ${milliseconds}${outcome === undefined ? '' : ` (${outcome.detail})`}`);
  }
}

/** What the demo tells its reader: one line a step, and manifests indented below it. */
export class Narrator {
  readonly #out: (text: string) => void;
  #steps = 0;

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  step(sentence: string): void {
    this.#steps += 1;
    this.#out(`${String(this.#steps).padStart(2)}. ${sentence}\n`);
  }

  /** Something to look at below the last step. */
  show(text: string): void {
    const lines = text.trimEnd().split('\n');
    this.#out(lines.map((line) => (line === '' ? '\n' : `      ${line}\n`)).join(''));
  }

  line(text: string): void {
    this.#out(`${text}\n`);
  }
}

const newline = 0x0a;

/** Cuts a stream of bytes into lines. Whoever writes them cannot make the reader keep more than one longest line. */
export class Lines {
  readonly #longest: number;
  #parts: Buffer[] = [];
  #length = 0;

  /** @param longest of a line without its end, in bytes */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The lines that a chunk completes, without their ends; undefined where one is longer than allowed. */
  push(chunk: Buffer): readonly Buffer[] | undefined {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      if (!this.#keep(chunk.subarray(from, end))) return undefined;
      lines.push(Buffer.concat(this.#parts));
      this.#parts = [];
      this.#length = 0;
      from = end + 1;
    }
    return this.#keep(chunk.subarray(from)) ? lines : undefined;
  }

  #keep(part: Buffer): boolean {
    this.#length += part.length;
    if (this.#length > this.#longest) {
      this.#parts = [];
      return false;
    }
    if (part.length > 0) this.#parts.push(part);
    return true;
  }
}

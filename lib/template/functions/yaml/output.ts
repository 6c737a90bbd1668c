/** Columns that a line may have before a space in a text becomes a line break. */
const bestWidth = 80;

/** Text that is being written, and what libyaml remembers of its end, by which it decides about spaces and new lines. */
export class Output {
  readonly #chunks: string[] = [];
  #column = 0;
  /** Whether the last thing written lets another follow without a space. */
  #whitespace = true;
  /** Whether there is only indentation and indicators of it on the line. */
  #indention = true;
  /** The column of the block that is being written; below zero before the first. */
  #level = -1;

  get isIndention(): boolean {
    return this.#indention;
  }

  get level(): number {
    return this.#level;
  }

  set level(level: number) {
    this.#level = level;
  }

  /** Whether the line is full: a space may become a line break. */
  get isFull(): boolean {
    return this.#column > bestWidth;
  }

  put(text: string): void {
    this.#chunks.push(text);
    this.#column += Array.from(text).length;
    this.#indention = false;
  }

  lineBreak(character: string): void {
    this.#chunks.push(character);
    this.#column = 0;
    this.#indention = true;
  }

  afterLineBreak(): void {
    this.#whitespace = true;
  }

  /** Starts a line of the block, where the last one is not still as good as new. */
  indent(): void {
    const level = Math.max(this.#level, 0);
    const isUsed = this.#column > level || (this.#column === level && !this.#whitespace);
    if (!this.#indention || isUsed) this.lineBreak('\n');
    if (this.#column < level) {
      this.#chunks.push(' '.repeat(level - this.#column));
      this.#column = level;
    }
    this.#whitespace = true;
    this.#indention = true;
  }

  indicator(
    text: string,
    { needsSpace = false, isSpace = false, keepsIndention = false }: IndicatorOptions = {},
  ): void {
    const indention = this.#indention && keepsIndention;
    if (needsSpace && !this.#whitespace) this.put(' ');
    this.put(text);
    this.#whitespace = isSpace;
    this.#indention = indention;
  }

  /** Starts a plain text, which no indicator stands before. */
  startPlain(): void {
    if (!this.#whitespace) this.put(' ');
  }

  endPlain(): void {
    this.#whitespace = false;
  }

  text(): string {
    return this.#chunks.join('');
  }
}

interface IndicatorOptions {
  readonly needsSpace?: boolean;
  readonly isSpace?: boolean;
  readonly keepsIndention?: boolean;
}

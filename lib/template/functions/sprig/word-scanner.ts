import { isLetter, runeError, runesOf } from '../../runes.ts';
import type { ByteString } from '../../value.ts';
import { isConnector, isNumber, isPunctuation, isUpper } from './letter-case.ts';

export interface Word {
  /** `upper` is one with a capital in front ("Server", "HTTP"); `invalid` has no valid rune, or nothing at all. */
  readonly kind: 'number' | 'upper' | 'small' | 'connector' | 'punctuation' | 'other' | 'invalid';
  readonly bytes: ByteString;
}

interface Unit {
  readonly code: number;
  /** How many runes it takes: bytes that are no UTF-8 belong to the rune behind them. */
  readonly count: number;
}

/** Chinese characters, which are letters, but make no words. */
const ideographs: readonly (readonly [number, number])[] = [
  [0x3400, 0x4d85],
  [0x4e00, 0x9fcc],
  [0x20000, 0x2b81d],
];

const isAlphabetic = (code: number): boolean =>
  isLetter(code) && !ideographs.some(([first, last]) => code >= first && code <= last);

const isSmall = (code: number): boolean => isAlphabetic(code) && !isUpper(code);

const isOther = (code: number): boolean =>
  !isConnector(code) && !isAlphabetic(code) && !isNumber(code) && !isPunctuation(code);

const kinds: readonly (readonly [Word['kind'], (code: number) => boolean])[] = [
  ['connector', isConnector],
  ['punctuation', isPunctuation],
  ['upper', isUpper],
  ['small', isSmall],
  ['number', isNumber],
  ['other', isOther],
];

/** Cuts a text into words: where capitals start, and between letters, numbers, punctuation and connectors. */
export class WordScanner {
  private readonly codes: readonly number[];
  /** Where each rune starts, and the end of the text. */
  private readonly starts: readonly number[];
  private readonly text: ByteString;
  private at = 0;

  constructor(text: ByteString) {
    this.text = text;
    const starts = [0];
    this.codes = Array.from(runesOf(text), ({ code, size }) => {
      starts.push((starts.at(-1) ?? 0) + size);
      return code;
    });
    this.starts = starts;
  }

  isAtEnd(): boolean {
    return this.at >= this.codes.length;
  }

  next(): Word {
    if (this.isAtEnd()) return { kind: 'invalid', bytes: '' };
    const start = this.at;
    const first = this.peek(runeError);
    this.at += first.count;
    const kind = kinds.find(([, belongs]) => belongs(first.code));
    if (first.code === runeError || kind === undefined) return this.word('invalid', start);
    if (kind[0] === 'upper') this.takeCapitalized(first.code);
    else this.takeWhile(first.code, kind[1]);
    return this.word(kind[0], start);
  }

  private word(kind: Word['kind'], start: number): Word {
    return { kind, bytes: this.text.slice(this.starts[start], this.starts[this.at]) };
  }

  /** The next valid rune; `previous` again where there is none up to the end. */
  private peek(previous: number): Unit {
    let index = this.at;
    while (this.codes[index] === runeError) index++;
    const code = this.codes[index];
    if (code === undefined) return { code: previous, count: index - this.at };
    return { code, count: index - this.at + 1 };
  }

  /** Takes runes while they belong; gives the rune that it looked at last, and how many the last one taken was. */
  private takeWhile(first: number, belongs: (code: number) => boolean): Unit {
    let code = first;
    let taken = 0;
    while (!this.isAtEnd()) {
      const unit = this.peek(code);
      code = unit.code;
      if (!belongs(code)) break;
      taken = unit.count;
      this.at += unit.count;
    }
    return { code, count: taken };
  }

  /** "Server" whole; of "HTTPServer" all but the capital that starts the next word. */
  private takeCapitalized(first: number): void {
    if (this.isAtEnd()) return;
    if (!isUpper(this.peek(first).code)) {
      this.takeWhile(first, isSmall);
      return;
    }
    const { code, count } = this.takeWhile(first, isUpper);
    if (!this.isAtEnd() && isAlphabetic(code)) this.at -= count;
  }
}

import { encodeRune, runesOf } from '../../runes.ts';
import type { ByteString } from '../../value.ts';
import { isConnector, isUpper, lowerRune, upperRune } from './letter-case.ts';
import { WordScanner, type Word } from './word-scanner.ts';

const loweredRune = (code: number, connector: string): ByteString => {
  if (isConnector(code)) return connector;
  return encodeRune(isUpper(code) ? lowerRune(code) : code);
};

const lowered = ({ kind, bytes }: Word, connector: string): ByteString => {
  if (kind !== 'upper' && kind !== 'connector') return bytes;
  return Array.from(runesOf(bytes), ({ code }) => loweredRune(code, connector)).join('');
};

/** Kinds of words behind which no connector is written, since they bring one, or need none. */
const selfStanding: ReadonlySet<Word['kind']> = new Set(['connector', 'punctuation']);

/** Writes the words of a text in small letters with connectors between them. */
class WordJoiner {
  private readonly scanner: WordScanner;
  private readonly connector: string;
  private word: Word;
  private written = '';

  constructor(text: ByteString, connector: string) {
    this.scanner = new WordScanner(text);
    this.connector = connector;
    this.word = this.scanner.next();
  }

  join(): ByteString {
    while (!this.scanner.isAtEnd()) {
      const previous = this.word;
      if (previous.kind !== 'connector') this.write(previous);
      this.word = this.scanner.next();
      this.after(previous);
    }
    this.write(this.word);
    return this.written;
  }

  private write(word: Word): void {
    this.written += lowered(word, this.connector);
  }

  private after(previous: Word): void {
    if (previous.kind === 'connector') this.write(previous);
    else if (previous.kind === 'number') this.afterNumber();
    else if (previous.kind === 'punctuation') return;
    else if (this.word.kind !== 'number') this.connect(selfStanding);
    else if (!this.scanner.isAtEnd()) this.numberAfterLetters();
  }

  /** What follows a number without a capital belongs to it: "20x". */
  private afterNumber(): void {
    while (this.word.kind === 'small' || this.word.kind === 'number') {
      this.write(this.word);
      this.word = this.scanner.next();
    }
    if (this.word.kind !== 'invalid') this.connect(selfStanding);
  }

  /** A number belongs to the letters before it ("bld4"), unless small letters follow it ("http_2xx"). */
  private numberAfterLetters(): void {
    const number = this.word;
    this.word = this.scanner.next();
    if (this.word.kind === 'small') {
      this.written += this.connector;
      this.write(number);
      this.afterNumber();
      return;
    }
    this.write(number);
    this.connect(selfStanding);
  }

  private connect(unless: ReadonlySet<Word['kind']>): void {
    if (!unless.has(this.word.kind)) this.written += this.connector;
  }
}

/** `snakecase` and `kebabcase`: "HTTPServer" becomes "http_server". */
export const separatedWords = (text: ByteString, connector: string): ByteString =>
  new WordJoiner(text, connector).join();

/** `camelcase`: "http_server" becomes "HttpServer"; connectors at the start, at the end and behind other connectors stay. */
export const camelCase = (text: ByteString): ByteString => {
  const codes = Array.from(runesOf(text), ({ code }) => code);
  const start = codes.findIndex((code) => !isConnector(code));
  const first = codes[start];
  if (first === undefined) return codes.map(encodeRune).join('');
  const written = codes.slice(0, start);
  let previous = upperRune(first);
  /** Capitals that follow the capital of a word directly become small: "GOLANG" is "Golang". */
  let inCapitals = isUpper(first);
  for (const code of codes.slice(start + 1)) {
    const startsWord = isConnector(previous) && !isConnector(code);
    if (!startsWord) written.push(previous);
    inCapitals = isUpper(code) && (startsWord || inCapitals);
    previous = startsWord ? upperRune(code) : code;
    if (!startsWord && inCapitals) previous = lowerRune(code);
  }
  return [...written, previous].map(encodeRune).join('');
};

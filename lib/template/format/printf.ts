import { decodeRune, encodeRune } from '../runes.ts';
import { typeName } from '../types.ts';
import { FunctionError, type ByteString, type Value } from '../value.ts';
import { noFlags, type Flags } from './flags.ts';
import { maxBytes, printValue } from './print-value.ts';

/** Widths, precisions and argument numbers above this are refused. */
const maxNumber = 1_000_000;

const flagNames: ReadonlyMap<string, 'plus' | 'minus' | 'sharp' | 'space' | 'zero'> = new Map([
  ['+', 'plus'],
  ['-', 'minus'],
  ['#', 'sharp'],
  [' ', 'space'],
  ['0', 'zero'],
]);

interface Mutable {
  width: number | undefined;
  precision: number | undefined;
  flags: Flags;
}

/** Goes through a format from left to right, taking an argument for each verb. */
class Formatter {
  private at = 0;
  private argument = 0;
  private reordered = false;
  /** The last thing read was an argument number, such as `[3]`. */
  private afterIndex = false;
  private goodArgument = true;
  private output = '';
  private readonly format: ByteString;
  private readonly values: readonly Value[];

  constructor(format: ByteString, values: readonly Value[]) {
    this.format = format;
    this.values = values;
  }

  run(): ByteString {
    while (this.at < this.format.length) {
      const next = this.format.indexOf('%', this.at);
      const end = next < 0 ? this.format.length : next;
      this.output += this.format.slice(this.at, end);
      this.at = end + 1;
      if (next >= 0) this.directive();
      if (this.output.length > maxBytes) throw new FunctionError('value is too large to be printed');
    }
    return this.output + this.leftOver();
  }

  private directive(): void {
    this.goodArgument = true;
    const directive: Mutable = { width: undefined, precision: undefined, flags: this.readFlags() };
    this.readIndex();
    this.readWidth(directive);
    this.readPrecision(directive);
    if (!this.afterIndex) this.readIndex();
    if (this.at >= this.format.length) {
      this.output += '%!(NOVERB)';
      return;
    }
    const rune = decodeRune(this.format, this.at);
    this.at += rune.size;
    this.verb(encodeRune(rune.code), directive);
  }

  private readFlags(): Flags {
    let flags = noFlags;
    for (;;) {
      const name = flagNames.get(this.format.charAt(this.at));
      if (name === undefined) return flags;
      flags = { ...flags, [name]: true };
      this.at++;
    }
  }

  /** Reads digits; nothing where there are none, or too many. */
  private readNumber(): number | undefined {
    const start = this.at;
    let number = 0;
    while (/^[0-9]$/.test(this.format.charAt(this.at))) {
      if (number > maxNumber) {
        this.at = this.format.length;
        return undefined;
      }
      number = number * 10 + Number(this.format.charAt(this.at));
      this.at++;
    }
    return this.at > start ? number : undefined;
  }

  /** `[3]`: the number of the next argument. */
  private readIndex(): void {
    this.afterIndex = false;
    if (this.format.charAt(this.at) !== '[') return;
    this.reordered = true;
    const close = this.format.indexOf(']', this.at);
    if (close < 0 || this.format.length - this.at < 3) {
      this.at++;
      this.goodArgument = false;
      return;
    }
    const text = this.format.slice(this.at + 1, close);
    this.at = close + 1;
    const index = /^[0-9]{1,8}$/.test(text) ? Number(text) - 1 : NaN;
    this.afterIndex = !Number.isNaN(index);
    if (index >= 0 && index < this.values.length) this.argument = index;
    else this.goodArgument = false;
  }

  /** The value of a `*`. */
  private starValue(): number | undefined {
    const value = this.values[this.argument];
    if (value === undefined) return undefined;
    this.argument++;
    if (value.kind !== 'integer') return undefined;
    const number = Number(value.value);
    return Math.abs(number) > maxNumber ? undefined : number;
  }

  private readWidth(directive: Mutable): void {
    if (this.format.charAt(this.at) !== '*') {
      directive.width = this.readNumber();
      // "%[3]2d": the number belongs to the width's argument, which is none.
      if (this.afterIndex && directive.width !== undefined) this.goodArgument = false;
      return;
    }
    this.at++;
    const width = this.starValue();
    if (width === undefined) this.output += '%!(BADWIDTH)';
    else if (width < 0) directive.flags = { ...directive.flags, minus: true, zero: false };
    directive.width = width === undefined ? undefined : Math.abs(width);
    this.afterIndex = false;
  }

  private readPrecision(directive: Mutable): void {
    if (this.at + 1 >= this.format.length || this.format.charAt(this.at) !== '.') return;
    this.at++;
    if (this.afterIndex) this.goodArgument = false;
    this.readIndex();
    if (this.format.charAt(this.at) !== '*') {
      directive.precision = this.readNumber() ?? 0;
      return;
    }
    this.at++;
    const precision = this.starValue();
    const usable = precision !== undefined && precision >= 0;
    if (!usable) this.output += '%!(BADPREC)';
    directive.precision = usable ? precision : undefined;
    this.afterIndex = false;
  }

  private verb(verb: ByteString, directive: Mutable): void {
    if (verb === '%') {
      this.output += '%';
      return;
    }
    const value = this.values[this.argument];
    if (!this.goodArgument) this.output += `%!${verb}(BADINDEX)`;
    else if (value === undefined) this.output += `%!${verb}(MISSING)`;
    else {
      this.output += printValue(value, verb, this.flagsFor(verb, directive));
      this.argument++;
    }
  }

  private flagsFor(verb: string, { flags, width, precision }: Mutable): Flags {
    if (verb !== 'v' && verb !== 'w') return { ...flags, width, precision };
    const { plus, sharp } = flags;
    return { ...flags, plus: false, sharp: false, plusV: plus, sharpV: sharp, width, precision };
  }

  private leftOver(): ByteString {
    if (this.reordered || this.argument >= this.values.length) return '';
    const extra = this.values.slice(this.argument).map((value) => {
      return value.kind === 'nil' ? '<nil>' : `${typeName(value)}=${printValue(value, 'v', noFlags)}`;
    });
    return `%!(EXTRA ${extra.join(', ')})`;
  }
}

/** Go's `fmt.Sprintf`. */
export const sprintf = (format: ByteString, values: readonly Value[]): ByteString =>
  new Formatter(format, values).run();

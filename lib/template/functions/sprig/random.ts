import { encodeRune, runesOf } from '../../runes.ts';
import {
  FunctionError,
  integerValue,
  stringValue,
  type CallContext,
  type TemplateFunction,
} from '../../value.ts';
import { integerArgument, stringArgument } from '../arguments.ts';
import { defineUnstable } from './define.ts';
import { numberArgument } from './values.ts';

const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

const byteValues = 256;
/** Bytes that are drawn at a time. */
const drawSize = 4096;
const drawCost = 4;
/** What asking for random bytes costs beside them. */
const requestCost = 128;

/** Characters drawn evenly from an alphabet: bytes past its last whole multiple are drawn again. A count below 0 gives nothing. */
const randomText = (alphabet: string, count: number, { spend, randomBytes }: CallContext): string => {
  spend(requestCost + Math.max(count, 0) * drawCost);
  const fair = byteValues - (byteValues % alphabet.length);
  let text = '';
  while (text.length < count) {
    const drawn = randomBytes(Math.min(count - text.length, drawSize)).filter((byte) => byte < fair);
    text += Array.from(drawn, (byte) => alphabet.charAt(byte % alphabet.length)).join('');
  }
  return text;
};

const randomFunction = (name: string, alphabet: string): TemplateFunction =>
  defineUnstable(name, ['int'], ([count], context) =>
    stringValue(randomText(alphabet, numberArgument(count), context)),
  );

const drawn64Bits = 2n ** 64n;

/** A number from 0 to `limit` without it, each as likely as the others. */
const randomBelow = (limit: bigint, { spend, randomBytes }: CallContext): bigint => {
  spend(requestCost);
  const fair = drawn64Bits - (drawn64Bits % limit);
  for (;;) {
    const drawn = randomBytes(8).readBigUInt64BE();
    if (drawn < fair) return drawn % limit;
  }
};

/** `randInt from to`: `to` is not among the results. */
const randomInteger = (from: bigint, to: bigint, context: CallContext): bigint => {
  const limit = BigInt.asIntN(64, to - from);
  if (limit <= 0n) throw new FunctionError('invalid argument to Intn');
  return BigInt.asIntN(64, from + randomBelow(limit, context));
};

/** Each order of the runes is as likely as the others. */
const shuffled = (text: string, context: CallContext): string => {
  const runes = Array.from(runesOf(text), ({ code }) => encodeRune(code));
  for (let last = runes.length - 1; last > 0; last--) {
    const other = Number(randomBelow(BigInt(last + 1), context));
    [runes[last], runes[other]] = [runes[other] ?? '', runes[last] ?? ''];
  }
  return runes.join('');
};

/** https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
const uuid = ({ spend, randomBytes }: CallContext): string => {
  spend(requestCost);
  const bytes = Buffer.from(randomBytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** Functions of chance. */
export const randomFunctions: readonly TemplateFunction[] = [
  randomFunction('randAlphaNum', digits + letters),
  randomFunction('randAlpha', letters),
  randomFunction('randNumeric', digits),
  randomFunction('randAscii', printable),
  defineUnstable('randBytes', ['int'], ([count], context) => {
    const size = numberArgument(count);
    if (size < 0) throw new FunctionError('runtime error: makeslice: len out of range');
    context.spend(requestCost + size);
    return stringValue(context.randomBytes(size).toString('base64'));
  }),
  defineUnstable('randInt', ['int', 'int'], ([from, to], context) =>
    integerValue(randomInteger(integerArgument(from), integerArgument(to), context)),
  ),
  defineUnstable('shuffle', ['string'], ([text], context) =>
    stringValue(shuffled(stringArgument(text), context)),
  ),
  defineUnstable('uuidv4', [], (_, context) => stringValue(uuid(context))),
];

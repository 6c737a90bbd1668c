import type { ByteString } from '../../value.ts';
import { err, ok, type Result } from '../../../result.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const padding = '=';
const groupSize = 8;
const bitsPerDigit = 5;

/** How many digits of a group can be followed by padding: as many as make whole bytes, and 6 not, nor 1 and 3. */
const isWholeGroup = (digits: number): boolean => digits !== 1 && digits !== 3 && digits !== 6;

/** https://www.rfc-editor.org/rfc/rfc4648#section-6 */
export const encodeBase32 = (text: ByteString): ByteString => {
  const groups = Math.ceil((text.length * 8) / (groupSize * bitsPerDigit));
  const encoded = Buffer.alloc(groups * groupSize, padding);
  let [held, bits, size] = [0, 0, 0];
  const write = (): void => {
    encoded.write(alphabet.charAt((held >> bits) & 0x1f), size, 'latin1');
    size++;
  };
  for (let at = 0; at < text.length; at++) {
    held = ((held << 8) | text.charCodeAt(at)) & 0xffff;
    for (bits += 8; bits >= bitsPerDigit;) {
      bits -= bitsPerDigit;
      write();
    }
  }
  if (bits > 0) {
    held <<= bitsPerDigit - bits;
    bits = 0;
    write();
  }
  return encoded.toString('latin1');
};

/** Offset of the byte that Go's decoder names in its error, line breaks not counted. */
type CorruptAt = number;

/** Where padding that starts at `at`, behind `digits` digits of its group, is wrong. */
const paddingError = (text: ByteString, at: number, digits: number): CorruptAt | undefined => {
  const behind = text.length - at - 1;
  if (behind + digits < groupSize - 1) return text.length;
  for (let index = 0; index < groupSize - 1 - digits; index++) {
    if (behind > index && text.charAt(at + 1 + index) !== padding) return at + index;
  }
  return isWholeGroup(digits) ? undefined : at;
};

interface Scanned {
  readonly digits: string;
  readonly corrupt?: CorruptAt;
}

const failed = (corrupt: CorruptAt): Scanned => ({ digits: '', corrupt });

const scan = (text: ByteString): Scanned => {
  for (let at = 0; at < text.length; at++) {
    const inGroup = at % groupSize;
    const character = text.charAt(at);
    if (character === padding && inGroup >= 2 && text.length - at - 1 < groupSize) {
      const corrupt = paddingError(text, at, inGroup);
      return corrupt === undefined ? { digits: text.slice(0, at) } : failed(corrupt);
    }
    if (!alphabet.includes(character)) return failed(at);
  }
  const left = text.length % groupSize;
  return left === 0 ? { digits: text } : failed(text.length - left);
};

const bytesOf = (digits: string): ByteString => {
  const bytes = Buffer.alloc(Math.floor((digits.length * bitsPerDigit) / 8));
  let [held, bits, size] = [0, 0, 0];
  for (let at = 0; at < digits.length; at++) {
    held = ((held << bitsPerDigit) | alphabet.indexOf(digits.charAt(at))) & 0xfff;
    bits += bitsPerDigit;
    if (bits < 8) continue;
    bits -= 8;
    size = bytes.writeUInt8((held >> bits) & 0xff, size);
  }
  return bytes.toString('latin1');
};

export const decodeBase32 = (text: ByteString): Result<ByteString, CorruptAt> => {
  const { digits, corrupt } = scan(text.replace(/[\r\n]/g, ''));
  return corrupt === undefined ? ok(bytesOf(digits)) : err(corrupt);
};

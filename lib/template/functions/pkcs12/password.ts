import { runesOf } from '../../runes.ts';
import { type ByteString, FunctionError } from '../../value.ts';

/** A password in the two forms that PKCS#12 wants. */
export interface Password {
  /** UCS-2 with a zero at the end, for keys made by PKCS#12's own function (RFC 7292, appendix B.1). */
  readonly wide: Buffer;
  /** For PBKDF2. */
  readonly utf8: Buffer;
}

/** Text in UCS-2, the highest byte first. */
export const toWide = (text: ByteString): Buffer => {
  const codes = Array.from(runesOf(text), ({ code }) => code);
  if (codes.some((code) => code > 0xffff)) {
    throw new FunctionError('pkcs12: string contains characters that cannot be encoded in UCS-2');
  }
  return Buffer.from(codes.flatMap((code) => [code >> 8, code & 0xff]));
};

export const passwordOf = (text: ByteString): Password => {
  const wide = toWide(text);
  const utf8 = Buffer.from(Buffer.from(wide).swap16().toString('utf16le'), 'utf8');
  return { wide: Buffer.concat([wide, Buffer.alloc(2)]), utf8 };
};

/** What some programs take for the empty password: no bytes at all. */
export const noPassword: Password = { wide: Buffer.alloc(0), utf8: Buffer.alloc(0) };

export const isEmpty = ({ utf8 }: Password): boolean => utf8.length === 0;

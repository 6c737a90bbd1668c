import type { ByteString } from '../value.ts';

/** Reads base64 as Go's standard encoding does: padded, line breaks passed over; undefined for anything else. */
export const decodeBase64 = (text: ByteString): Buffer | undefined => {
  const packed = text.replaceAll(/[\r\n]/g, '');
  const isBase64 = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
  return isBase64 ? Buffer.from(packed, 'base64') : undefined;
};

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type ByteString, type CallContext, FunctionError } from '../../value.ts';
import { decodeBase64 } from '../base64.ts';

const algorithm = 'aes-256-cbc';
const blockSize = 16;

/** sprig takes the password itself for the key: cut off, or filled up with zeros. */
const keyOf = (password: ByteString): Buffer => {
  const key = Buffer.alloc(32);
  key.write(password, 'latin1');
  return key;
};

/** Encrypts with a random initialization vector, which comes first; base64. */
export const encryptAes = (password: ByteString, text: ByteString, context: CallContext): ByteString => {
  if (text === '') return '';
  const vector = context.randomBytes(blockSize);
  const cipher = createCipheriv(algorithm, keyOf(password), vector);
  return Buffer.concat([vector, cipher.update(text, 'latin1'), cipher.final()]).toString('base64');
};

/** What `encryptAes` has made. Padding that is too long is an error, and otherwise not looked at, as in sprig. */
export const decryptAes = (password: ByteString, encrypted: ByteString): ByteString => {
  if (encrypted === '') return '';
  const bytes = decodeBase64(encrypted);
  if (bytes === undefined) throw new FunctionError('illegal base64 data');
  if (bytes.length <= blockSize || bytes.length % blockSize !== 0) {
    throw new FunctionError('crypto/cipher: input not full blocks');
  }
  const decipher = createDecipheriv(algorithm, keyOf(password), bytes.subarray(0, blockSize));
  decipher.setAutoPadding(false);
  const text = Buffer.concat([decipher.update(bytes.subarray(blockSize)), decipher.final()]);
  const padding = text.at(-1) ?? 0;
  if (padding > text.length) throw new FunctionError('the padding is longer than the text');
  return text.subarray(0, text.length - padding).toString('latin1');
};

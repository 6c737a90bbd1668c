import { encodeBase64, hashSync } from 'bcryptjs';
import { fromByteString, toByteString } from '../../utf8.ts';
import { type ByteString, type CallContext, FunctionError } from '../../value.ts';
import { cost } from '../cost.ts';

const rounds = 10;
const saltBytes = 16;
const longestPassword = 72;

/** bcrypt with Go's default cost. A password that is too long gives a text that says so, as in sprig. */
export const bcrypt = (password: ByteString, context: CallContext): ByteString => {
  if (password.length > longestPassword) {
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
  }
  const text = fromByteString(password);
  // The library takes text, not bytes.
  if (toByteString(text) !== password) throw new FunctionError('a password for bcrypt must be UTF-8');
  context.spend(cost.bcrypt);
  const salt = encodeBase64([...context.randomBytes(saltBytes)], saltBytes);
  return hashSync(text, `$2a$${rounds}$${salt}`);
};

import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import { err, ok, type Result } from '../../../result.ts';
import { fromByteString, toByteString } from '../../utf8.ts';
import type { ByteString } from '../../value.ts';

/**
 * Go's messages for what RE2 cannot read, without the part of the expression that Go quotes after them: an expression may be a secret.
 * (https://pkg.go.dev/regexp/syntax#ErrorCode)
 */
const messageOf = (error: unknown): string =>
  error instanceof RE2JSSyntaxException
    ? `error parsing regexp: ${error
        .getDescription()
        .replace(/^error parsing regexp: /, '')
        .replace(/: `[^]*$/, '')}`
    : 'error parsing regexp: expression nests too deeply';

/** Compiles an expression of Go's syntax. */
export const compile = (expression: ByteString): Result<RE2JS, string> => {
  const text = fromByteString(expression);
  if (toByteString(text) !== expression) return err('error parsing regexp: invalid UTF-8');
  // Go has no such escape; re2js would take it for "any byte".
  if (/^(?:[^\\]|\\[^C])*\\C/.test(text)) return err('error parsing regexp: invalid escape sequence');
  try {
    return ok(RE2JS.compile(text));
  } catch (error) {
    // What re2js cannot compile ends as one of its exceptions, or in an overflow of the stack.
    if (error instanceof RE2JSException || error instanceof RangeError) return err(messageOf(error));
    throw error;
  }
};

import type { RE2JS } from 're2js';
import type { Result } from '../../lib/result.ts';
import { compile } from '../../lib/template/functions/regex/compile.ts';
import { toByteString } from '../../lib/template/utf8.ts';

/** Compiles an expression of Go's syntax, as templates have them. Apart, so that whoever needs none does not load the engine. */
export const compileText = (expression: string): Result<RE2JS, string> => compile(toByteString(expression));

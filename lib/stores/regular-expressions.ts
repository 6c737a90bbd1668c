import { ok, err, type Result } from '../result.ts';
import { compile } from '../template/functions/regex/compile.ts';
import { toByteString } from '../template/utf8.ts';

/** A regular expression of Go's syntax, by an engine that takes no longer to match the trickier it is. */
export interface Expression {
  test(text: string): boolean;
}

/** The error is to be read after the expression's place. */
export type Compile = (source: string) => Result<Expression, string>;

/**
 * What all expressions of one manifest may weigh: each its characters, times four or times its largest counted repeat. Matching is quick
 * whatever the expression, but compiling is not, and whoever writes manifests decides how much there is of it.
 */
const mostWeight = 200_000;
const leastFactor = 4;

const weightOf = (source: string): number => {
  const counts = [...source.matchAll(/\{(\d{0,9})(?:,(\d{0,9}))?\}/g)].flatMap(([, least, most]) => [
    Number(least),
    Number(most ?? 0),
  ]);
  return source.length * counts.reduce((largest, count) => Math.max(largest, count), leastFactor);
};

const tooMuch = `is too much: all regular expressions here may have ${mostWeight / leastFactor} characters, fewer where they count repeats`;

/** Compiles the expressions of one manifest, as long as they are not too many. */
export const expressionCompiler = (): Compile => {
  let weight = 0;
  return (source) => {
    weight += weightOf(source);
    if (weight > mostWeight) return err(tooMuch);
    const compiled = compile(toByteString(source));
    return compiled.ok ? ok(compiled.value) : err(`is no regular expression: ${compiled.error}`);
  };
};

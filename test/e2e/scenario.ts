import type { Bench } from './bench.ts';
import type { Outcome } from './report.ts';

/** One thing that a run shows. */
export interface Scenario {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<Outcome>;
}

/** Throws `message` unless `condition` holds. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless all parts are in a text, with the text. */
export const expectParts = (text: string, parts: readonly string[]): void => {
  const missing = parts.filter((part) => !text.includes(part));
  expect(missing.length === 0, `${JSON.stringify(missing)} is not in: ${text}`);
};

import type { Redacted } from '../../lib/redacted.ts';

/**
 * What templates with functions like `now` and `genCA` have made, by a digest of all that went into it: the same inputs give the
 * same bytes again, so that a refresh or a restart makes no new generation of what nobody changed.
 */
export type Outputs = ReadonlyMap<string, Redacted<Buffer>>;

/** The same of a process before this one: for each file, by its path. */
export interface RememberedOutput {
  readonly file: string;
  readonly digest: string;
  readonly bytes: Redacted<Buffer>;
}

export const noOutputs: Outputs = new Map();

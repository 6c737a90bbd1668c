import type { RenderError, Rendering } from './render.ts';

/** A file of the plan, by its place there, that could not be made. */
export interface FileFailure {
  readonly file: number;
  /** `source` is whose it is; without one it is the file's own, or that of its only source. */
  readonly error: RenderError;
  /** Whether the file does without what failed. */
  readonly tolerated?: true;
}

export interface AcceptanceOptions {
  /** The files that are made of an input, by their indexes in the plan. */
  readonly filesOf: (input: number) => readonly number[];
  readonly isOptional: (file: number) => boolean;
  /** Makes a file of these candidates and of what the other inputs are held to be; undefined where one of those is not known. */
  readonly render: (file: number, taken: ReadonlySet<number>) => Rendering | undefined;
}

export interface Verdict {
  readonly accepted: ReadonlySet<number>;
  /** Of the files that the accepted ones go into. */
  readonly renderings: ReadonlyMap<number, Rendering | undefined>;
  /** The others, and why. */
  readonly refused: ReadonlyMap<number, readonly FileFailure[]>;
}

interface Trial {
  readonly renderings: ReadonlyMap<number, Rendering | undefined>;
  readonly failures: readonly FileFailure[];
}

/** Makes the files of `inputs` as they would be if `taken` were accepted. */
const tryOut = (
  inputs: Iterable<number>,
  taken: ReadonlySet<number>,
  { filesOf, isOptional, render }: AcceptanceOptions,
): Trial => {
  const files = new Set([...inputs].flatMap((input) => filesOf(input)));
  const renderings = new Map([...files].map((file) => [file, render(file, taken)] as const));
  const failures = [...renderings].flatMap(([file, rendering]) =>
    rendering?.ok === false && !isOptional(file) ? [{ file, error: rendering.error }] : [],
  );
  return { renderings, failures };
};

/** Candidates that go into a file together, directly or by way of others, are one group. */
const groupsOf = (
  candidates: readonly number[],
  { filesOf }: AcceptanceOptions,
): readonly (readonly number[])[] => {
  let groups: { inputs: number[]; files: Set<number> }[] = [];
  for (const input of candidates) {
    const files = new Set(filesOf(input));
    const touched = groups.filter((group) => !group.files.isDisjointFrom(files));
    const merged = {
      inputs: [...touched.flatMap((group) => group.inputs), input],
      files: new Set([...touched.flatMap((group) => [...group.files]), ...files]),
    };
    groups = [...groups.filter((group) => !touched.includes(group)), merged];
  }
  return groups.map(({ inputs }) => inputs);
};

/** One by one, and again and again, since one that was refused may fit what was accepted after it. */
const acceptEach = (group: readonly number[], options: AcceptanceOptions): Verdict => {
  const accepted = new Set<number>();
  const renderings = new Map<number, Rendering | undefined>();
  const refused = new Map<number, readonly FileFailure[]>();
  for (let before = -1; accepted.size > before;) {
    before = accepted.size;
    for (const input of group.filter((candidate) => !accepted.has(candidate))) {
      const trial = tryOut([input], new Set([...accepted, input]), options);
      if (trial.failures.length > 0) {
        refused.set(input, trial.failures);
        continue;
      }
      accepted.add(input);
      refused.delete(input);
      for (const [file, rendering] of trial.renderings) renderings.set(file, rendering);
    }
  }
  return { accepted, renderings, refused };
};

const judgeGroup = (group: readonly number[], options: AcceptanceOptions): Verdict => {
  const accepted = new Set(group);
  const together = tryOut(group, accepted, options);
  if (together.failures.length === 0)
    return { accepted, renderings: together.renderings, refused: new Map() };
  const [only, ...others] = group;
  return only !== undefined && others.length === 0
    ? { accepted: new Set(), renderings: new Map(), refused: new Map([[only, together.failures]]) }
    : acceptEach(group, options);
};

/** What a read that failed says of the files of its source; `refused` is why they cannot do without it, where that was tried. */
export const failuresOfRead = (
  needs: readonly { readonly file: number; readonly needed: boolean }[],
  error: RenderError,
  refused: readonly FileFailure[] = [],
): readonly FileFailure[] =>
  needs.map(({ file, needed }): FileFailure => {
    const refusal = refused.find((failure) => failure.file === file);
    if (refusal !== undefined) return refusal;
    return needed ? { file, error } : { file, error, tolerated: true };
  });

/**
 * Decides which candidates may take the place of what their inputs are held to be: those with which every file that is not optional
 * and that can be made at all comes out. All together at best, else as many as go, one after another. What a candidate
 * goes into changes as a whole or not at all, so that what belongs together (a username and its password) changes together.
 */
export const judge = (candidates: readonly number[], options: AcceptanceOptions): Verdict => {
  const verdicts = groupsOf(candidates, options).map((group) => judgeGroup(group, options));
  return {
    accepted: new Set(verdicts.flatMap(({ accepted }) => [...accepted])),
    renderings: new Map(verdicts.flatMap(({ renderings }) => [...renderings])),
    refused: new Map(verdicts.flatMap(({ refused }) => [...refused])),
  };
};

import { describe, expect, test } from '@jest/globals';
import { judge, type AcceptanceOptions } from '../../../agent/core/acceptance.ts';
import { noOutputs } from '../../../agent/core/outputs.ts';
import { providerError } from '../../../lib/provider-error.ts';
import { err, ok } from '../../../lib/result.ts';

/** Files by the inputs that they are made of, and which sets of new ones each can be made with. */
const world = (
  files: readonly {
    readonly inputs: readonly number[];
    readonly fits: (taken: ReadonlySet<number>) => boolean | undefined;
    readonly optional?: boolean;
  }[],
): AcceptanceOptions & { readonly made: string[] } => {
  const made: string[] = [];
  return {
    made,
    filesOf: (input) => files.flatMap(({ inputs }, index) => (inputs.includes(input) ? [index] : [])),
    isOptional: (file) => files[file]?.optional === true,
    render: (file, taken) => {
      made.push(`${file} with ${[...taken].join(' ')}`);
      const fits = files[file]?.fits(taken);
      if (fits === undefined) return undefined;
      return fits ? ok({ files: [], outputs: noOutputs }) : err(providerError('invalid', `file ${file}`));
    },
  };
};

const verdict = (candidates: readonly number[], options: AcceptanceOptions): unknown => {
  const { accepted, refused } = judge(candidates, options);
  return {
    accepted: [...accepted].sort(),
    refused: [...refused].map(([input, failures]) => [input, failures.map(({ file }) => file)]),
  };
};

const always = () => true;
const never = () => false;

describe('judge', () => {
  test('takes what fits, and makes each file once', () => {
    const options = world([
      { inputs: [0, 1], fits: always },
      { inputs: [1], fits: always },
    ]);
    expect(verdict([0, 1], options)).toEqual({ accepted: [0, 1], refused: [] });
    expect(options.made).toEqual(['0 with 0 1', '1 with 0 1']);
  });

  test('refuses what does not, with every file that fails, and nothing beside it', () => {
    const options = world([
      { inputs: [0], fits: never },
      { inputs: [0], fits: always },
      { inputs: [0], fits: never },
      { inputs: [1], fits: always },
    ]);
    expect(verdict([0, 1], options)).toEqual({ accepted: [1], refused: [[0, [0, 2]]] });
    expect(judge([0, 1], options).renderings.has(1)).toBe(false);
  });

  test('does not mind optional files that fail, nor files that cannot be made yet', () => {
    const options = world([
      { inputs: [0], fits: never, optional: true },
      { inputs: [0, 1], fits: () => undefined },
    ]);
    expect(verdict([0], options)).toEqual({ accepted: [0], refused: [] });
    expect([...judge([0], options).renderings].map(([file, made]) => [file, made?.ok])).toEqual([
      [0, false],
      [1, undefined],
    ]);
  });

  test('takes two that fit only together', () => {
    const options = world([{ inputs: [0, 1], fits: (taken) => taken.size !== 1 }]);
    expect(verdict([0, 1], options)).toEqual({ accepted: [0, 1], refused: [] });
    expect(verdict([0], options)).toEqual({ accepted: [], refused: [[0, [0]]] });
  });

  test('takes the others where one spoils it for all, in whatever order they fit', () => {
    // 2 fits nothing, and 0 only after 1.
    const options = world([
      { inputs: [0, 1, 2], fits: (taken) => !taken.has(2) && (!taken.has(0) || taken.has(1)) },
    ]);
    expect(verdict([0, 1, 2], options)).toEqual({ accepted: [0, 1], refused: [[2, [0]]] });
  });

  test('does not let groups that share no file hold each other up', () => {
    const options = world([
      { inputs: [0, 1], fits: never },
      { inputs: [2, 3], fits: always },
    ]);
    expect(verdict([0, 1, 2, 3], options)).toEqual({
      accepted: [2, 3],
      refused: [
        [0, [0]],
        [1, [0]],
      ],
    });
  });

  test('of nothing is nothing', () => {
    expect(verdict([], world([]))).toEqual({ accepted: [], refused: [] });
  });
});

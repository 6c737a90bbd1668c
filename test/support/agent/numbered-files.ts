import { Redacted } from '../../../lib/redacted.ts';
import type { RenderedFile } from '../../../agent/core/render.ts';

/** How many files every numbered generation has, at the top and in folders. */
export const numberedFileCount = 20;

export const numberedPaths: readonly string[] = Array.from({ length: numberedFileCount }, (_, index) =>
  index % 4 === 0 ? `folder-${index % 3}/file-${index}` : `file-${index}`,
);

/** A text that tells which generation it is of, and whether it is whole. */
const numberedText = (generation: number, index: number): string => {
  const filling = 'x'.repeat(((generation * 31 + index * 17) % 64) * 128);
  return `generation=${generation} ${filling} end=${generation}\n`;
};

/** The number of the generation that a text is of, or undefined where it is torn. */
export const numberOf = (text: string): number | undefined => {
  const match = /^generation=(\d+) x* end=(\d+)\n$/.exec(text);
  return match !== null && match[1] === match[2] ? Number(match[1]) : undefined;
};

/** A generation's files; every other one has a further file at the top and another in a folder of its own. */
export const numberedFiles = (generation: number): RenderedFile[] => {
  const extra = generation % 2 === 0 ? ['extra', 'extra-folder/file'] : [];
  return [...numberedPaths, ...extra].sort().map((path, index) => ({
    path,
    bytes: new Redacted(Buffer.from(numberedText(generation, index))),
    mode: generation % 3 === 0 ? 0o444 : 0o440,
  }));
};

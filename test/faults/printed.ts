import type { FaultGroup, FaultRow } from './row.ts';
import { tell } from './told.ts';

/** Heading and width of each column, in characters. */
const columns: readonly (readonly [string, number])[] = [
  ['FAULT', 24],
  ['STORE', 10],
  ['CODE', 15],
  ['WHAT THE USER READS', 56],
  ['FILES', 22],
  ['WELL AGAIN', 20],
  ['A START', 22],
];

/** Breaks between words; a word that is too long for a line gets its own and is broken where it must be. */
const wrap = (text: string, width: number): readonly string[] => {
  const lines = [''];
  for (const word of text
    .split(' ')
    .flatMap((whole) => whole.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const printedCells = (cells: readonly string[]): string => {
  const wrapped = columns.map(([, width], index) => wrap(cells[index] ?? '', width));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    columns
      .map(([, width], index) => (wrapped[index]?.[row] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
  ).join('\n');
};

const printedRow = (row: FaultRow): string =>
  tell(row)
    .map(({ stores, code, says, files, wellAgain, start }, index) =>
      printedCells([index === 0 ? row.fault : '', stores, code, says, files, wellAgain, start]),
    )
    .join('\n');

/** The table as plain text, for a terminal. */
export const printedTable = (table: readonly FaultGroup[]): string => {
  const head = printedCells(columns.map(([name]) => name));
  const rule = '-'.repeat(columns.reduce((sum, [, width]) => sum + width + 2, -2));
  const groups = table.map(({ title, rows }) =>
    [title.toUpperCase(), rule, ...rows.map(printedRow)].join('\n'),
  );
  return `\n${[head, ...groups].join('\n\n')}\n\n`;
};

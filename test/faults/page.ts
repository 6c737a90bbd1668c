import type { FaultGroup } from './row.ts';
import { tell } from './told.ts';

/** Between these lines the page is written by the test; everything else by hand. */
const beginning =
  '<!-- The tables from here on are written by test/faults: UPDATE_GOLDEN=1 npm test -- test/faults -->';
const end = '<!-- Written by hand again. -->';

const columns = ['fault', 'store', 'code', 'what the user reads', 'files', 'well again', 'a start'];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const coded = (code: string): string => (/^\w+$/.test(code) ? `\`${code}\`` : code);

const section = ({ title, rows }: FaultGroup): string => {
  const lines = rows.flatMap((row) =>
    tell(row).map(({ stores, code, says, files, wellAgain, start }, index) => {
      const fault = index === 0 ? `**${row.fault}**: ${row.happens}` : '';
      return line([fault, stores, coded(code), says, files, wellAgain, start]);
    }),
  );
  return [`### ${title}`, '', line(columns), line(columns.map(() => '---')), ...lines].join('\n');
};

/** The part of the page that is the table. */
const pageTables = (table: readonly FaultGroup[]): string => table.map(section).join('\n\n');

/** The page with its tables replaced. Throws where it has no place for them. */
export const withTables = (page: string, table: readonly FaultGroup[]): string => {
  const [from, to] = [page.indexOf(beginning), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('the page has no place for the tables');
  return `${page.slice(0, from)}${beginning}\n\n${pageTables(table)}\n\n${page.slice(to)}`;
};

import { describe, expect, test } from '@jest/globals';
import { Report, type Outcome } from '../../e2e/report.ts';

const makeReport = (): { readonly report: Report; readonly lines: string[] } => {
  const lines: string[] = [];
  let time = 0;
  const report = new Report(
    (line) => lines.push(line),
    () => (time += 50),
  );
  return { report, lines };
};

const shown = (): Promise<Outcome> => Promise.resolve(undefined);

describe('the lines of an e2e run', () => {
  test('one for each scenario, and how many there were', async () => {
    const { report, lines } = makeReport();
    await report.scenario('one', shown);
    await report.scenario('two', () => Promise.resolve({ detail: 'in 3 s' }));
    await report.scenario('three', () => Promise.resolve({ skipped: 'no metrics' }));
    report.summary();
    expect(lines).toEqual([
      'ok one 50',
      'ok two 50 (in 3 s)',
      'skipped three: no metrics',
      'e2e ok: 2 scenarios, 1 skipped',
    ]);
    expect(report.failed).toBe(false);
  });

  test('a failure is said on one line and makes the run fail', async () => {
    const { report, lines } = makeReport();
    await report.scenario('one', shown);
    expect(await report.scenario('two', () => Promise.reject(new Error('first\n  second\n')))).toBe(false);
    report.summary();
    expect(lines).toEqual(['ok one 50', 'FAILED two: first | second', 'e2e FAILED: 1 of 2 scenarios']);
    expect(report.failed).toBe(true);
  });

  test('an interrupted scenario is none', async () => {
    const { report, lines } = makeReport();
    const run = (): Promise<Outcome> => Promise.reject(new Error('cut short'));
    expect(await report.scenario('one', run, AbortSignal.abort())).toBe(false);
    expect(lines).toEqual([]);
    expect(report.failed).toBe(false);
  });
});

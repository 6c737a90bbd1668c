import { describe, expect, test } from '@jest/globals';
import {
  failureLines,
  maximumMessageBytes,
  openProblems,
  terminationMessage,
} from '../../../agent/core/termination-message.ts';
import { providerError } from '../../../lib/provider-error.ts';
import { fileAt, planOf, sourceOf } from '../../support/agent/plans.ts';

const plan = planOf({
  sources: [sourceOf('payments/db'), sourceOf('payments/api')],
  files: [
    fileAt('db/user'),
    fileAt('db/password'),
    fileAt('api', { source: 1 }),
    fileAt('extra', { source: 1, optional: true }),
  ],
});
const denied = providerError('denied', 'the policy does not allow it');

describe('failureLines', () => {
  test('a line for each key and reason, with its files', () => {
    const failures = [
      { file: 0, error: denied },
      { file: 1, error: denied },
      { file: 2, error: providerError('not_found', 'no such secret') },
    ];
    expect(failureLines(plan, failures)).toEqual([
      'db/user, db/password (key "payments/db" of SecretStore/files): denied: the policy does not allow it',
      'api (key "payments/api" of SecretStore/files): not_found: no such secret',
    ]);
  });

  test('many files of one key are counted', () => {
    const many = planOf({ files: Array.from({ length: 8 }, (_, index) => fileAt(`f${index}`)) });
    const failures = many.files.map((_, file) => ({ file, error: denied }));
    expect(failureLines(many, failures)).toEqual([
      'f0, f1, f2, f3, f4 and 3 more (key "db" of SecretStore/files): denied: the policy does not allow it',
    ]);
  });
});

describe('openProblems', () => {
  test('names what failed and what has not answered, but for what is optional', () => {
    const report = { at: 0, failures: [{ file: 1, error: denied }] };
    expect(openProblems(plan, [report, undefined])).toEqual([
      'db/password (key "payments/db" of SecretStore/files): denied: the policy does not allow it',
      'api (key "payments/api" of SecretStore/files): timeout: the store has not answered yet',
    ]);
  });

  test('is empty where all is well', () => {
    const good = { at: 0, failures: [] };
    expect(openProblems(plan, [good, good])).toEqual([]);
  });
});

describe('terminationMessage', () => {
  test('headline and lines', () => {
    expect(terminationMessage('headline', ['a', 'b'])).toBe('headline\na\nb');
  });

  test('ends between lines and counts what is left out', () => {
    const message = terminationMessage(
      'headline',
      Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(99, '.')),
    );
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maximumMessageBytes);
    const lines = message.split('\n');
    expect(lines.at(-1)).toBe(`and ${100 - (lines.length - 2)} more`);
    expect(lines.length).toBeGreaterThan(35);
  });

  test('one huge line is cut between characters', () => {
    const message = terminationMessage('\u00e4'.repeat(4_000), []);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maximumMessageBytes);
    expect(message).toMatch(/^\u00e4+$/);
    expect(terminationMessage('headline', ['x'.repeat(5_000)])).toBe('headline\nand 1 more');
  });
});

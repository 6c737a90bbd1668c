import { describe, expect, test } from '@jest/globals';
import { decideStart, optionalGrace, type SourceReport } from '../../../agent/core/start-rules.ts';
import { providerError, type ProviderErrorCode } from '../../../lib/provider-error.ts';
import { fileAt, planOf, sourceOf } from '../../support/agent/plans.ts';

const plan = planOf({
  sources: [sourceOf('needed'), sourceOf('optional')],
  files: [
    fileAt('needed'),
    fileAt('also', { optional: true }),
    fileAt('optional', { source: 1, optional: true }),
  ],
});

const good: SourceReport = { at: 0, failures: [] };
const bad = (code: ProviderErrorCode, ...files: number[]): SourceReport => ({
  at: 0,
  failures: files.map((file) => ({ file, error: providerError(code, 'why') })),
});

const verdict = (
  reports: readonly (SourceReport | undefined)[],
  { complete = false, completeFor = 0 } = {},
): unknown => {
  const decided = decideStart({ plan, reports, complete, completeFor });
  return decided.kind === 'fail' ? decided.failures.map(({ file }) => file) : decided.kind;
};

describe('decideStart', () => {
  test.each<ProviderErrorCode>(['denied', 'not_found', 'invalid'])('%s of what is needed fails', (code) => {
    expect(verdict([bad(code, 0, 1), undefined])).toEqual([0]);
  });

  test.each<ProviderErrorCode>(['unavailable', 'timeout', 'throttled', 'unauthenticated'])(
    '%s of what is needed waits',
    (code) => {
      expect(verdict([bad(code, 0, 1), good])).toBe('wait');
    },
  );

  test.each<ProviderErrorCode>(['denied', 'not_found', 'invalid', 'unavailable', 'timeout'])(
    '%s of what is optional does not matter',
    (code) => {
      expect(verdict([good, bad(code, 2)], { complete: true })).toBe('publish');
    },
  );

  test('an optional source that has not answered has its grace', () => {
    expect(verdict([good, undefined], { complete: true, completeFor: optionalGrace - 1 })).toBe('wait');
    expect(verdict([good, undefined], { complete: true, completeFor: optionalGrace })).toBe('publish');
  });

  test('waits for what has not answered', () => {
    expect(verdict([undefined, undefined])).toBe('wait');
  });
});

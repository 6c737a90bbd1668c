import { describe, expect, test } from '@jest/globals';
import {
  countStale,
  isStale,
  lastSuccesses,
  refStatuses,
  type Situation,
} from '../../../agent/core/status.ts';
import { providerError } from '../../../lib/provider-error.ts';
import { fileAt, fileStore, planOf, sourceOf } from '../../support/agent/plans.ts';
import { memoryOf, renderingsOf } from '../../support/agent/renderings.ts';

const plan = planOf({
  stores: [fileStore('one'), fileStore('two')],
  sources: [sourceOf('a'), sourceOf('b', { store: 1, version: '7', intervalSeconds: 0 }), sourceOf('c')],
  files: [fileAt('a'), fileAt('b', { source: 1 }), fileAt('c', { source: 2, property: 'x', optional: true })],
});

const memory = (text: string, fetchedAt: number, version?: string) => memoryOf(text, { fetchedAt, version });

const failed = (file: number) => ({
  at: 0,
  failures: [{ file, error: providerError('denied', 'the policy does not allow it') }],
});
const good = { at: 0, failures: [] };

const situation: Situation = {
  plan,
  memories: [memory('hunter2', 40_000, '3'), memory('hunter2', 100_000), undefined],
  renderings: renderingsOf(plan, { 0: 'hunter2', 1: 'hunter2' }),
  reports: [failed(0), good, failed(2)],
  leases: [undefined, undefined, undefined],
  origins: ['document', 'document', 'absent'],
  now: 100_000,
};

describe('refStatuses', () => {
  const until = [5_400, Number.POSITIVE_INFINITY, 1_000];
  const statuses = refStatuses(situation, (source) => ({ action: 'read', inMs: until[source] ?? 0 }));

  test('says for each file what it is and when it is read next', () => {
    expect(statuses).toEqual([
      {
        file: 'a',
        store: 'SecretStore/one',
        key: 'a',
        version: '3',
        ageSeconds: 60,
        nextRefreshSeconds: 5,
        lease: null,
        gone: false,
        stale: true,
        error: { code: 'denied', message: 'the policy does not allow it' },
      },
      {
        file: 'b',
        store: 'SecretStore/two',
        key: 'b',
        version: null,
        ageSeconds: 0,
        nextRefreshSeconds: null,
        lease: null,
        gone: false,
        stale: false,
        error: null,
      },
      {
        file: 'c',
        store: 'SecretStore/one',
        key: 'c',
        version: null,
        ageSeconds: null,
        nextRefreshSeconds: 1,
        lease: null,
        gone: false,
        stale: false,
        error: { code: 'denied', message: 'the policy does not allow it' },
      },
    ]);
  });

  test('shows no value', () => {
    expect(JSON.stringify(statuses)).not.toContain('hunter2');
  });

  test('a clock that was set back makes no negative age', () => {
    expect(refStatuses({ ...situation, now: 0 }, () => ({ action: 'read', inMs: 0 }))[0]?.ageSeconds).toBe(0);
  });
});

describe('stale', () => {
  test('is what keeps a value that could not be confirmed', () => {
    expect(countStale(situation)).toBe(1);
  });

  test('is what was carried over from the generation before', () => {
    expect(isStale({ ...situation, reports: [], origins: ['carried', 'document', 'absent'] }, 0)).toBe(true);
  });

  test('is an optional file whose property is gone', () => {
    const gone: Situation = {
      ...situation,
      memories: [undefined, undefined, memory('{}', 0)],
      renderings: renderingsOf(plan, { 2: '{}' }),
      reports: [undefined, undefined, good],
      origins: ['missing', 'missing', 'carried'],
    };
    expect(isStale(gone, 2)).toBe(true);
    expect(refStatuses(gone, () => ({ action: 'read', inMs: 0 }))[2]?.error?.code).toBe('not_found');
  });
});

describe('lastSuccesses', () => {
  test('is the oldest of a store’s, without what is read once or never came', () => {
    expect([...lastSuccesses(situation)]).toEqual([['one', 40]]);
    const memories = [situation.memories[0], situation.memories[1], memory('{}', 20_000)];
    expect([...lastSuccesses({ ...situation, memories })]).toEqual([['one', 20]]);
  });
});

describe('a lease', () => {
  const lease = (expiresAt: number) => ({
    lease: {
      id: 'database/creds/app/1',
      durationSeconds: 60,
      renewable: true,
      expiresAt,
      login: 'one',
      issued: { at: 0, durationSeconds: 60, renewable: true },
    },
    now: 100_000,
  });
  const leased = (expiresAt: number, fields: Partial<Situation> = {}): Situation => ({
    ...situation,
    reports: [good, good, undefined],
    leases: [lease(expiresAt), lease(expiresAt), undefined],
    ...fields,
  });
  const renewal = { action: 'renew', inMs: 7_000 } as const;

  test('shows what is left of it and its next renewal; the value itself is not due', () => {
    expect(refStatuses(leased(130_000), () => renewal)[0]).toMatchObject({
      nextRefreshSeconds: null,
      lease: { expiresInSeconds: 30, renewable: true, nextRenewalSeconds: 7 },
      stale: false,
      error: null,
    });
  });

  test('that is replaced next shows when', () => {
    expect(refStatuses(leased(130_000), () => ({ ...renewal, action: 'read' }))[0]).toMatchObject({
      nextRefreshSeconds: 7,
      lease: { nextRenewalSeconds: null },
    });
  });

  test('that has ended leaves a stale file, and an error that says so', () => {
    const ended = leased(100_000);
    expect([isStale(leased(100_001), 0), isStale(ended, 0), countStale(ended)]).toEqual([false, true, 2]);
    expect(refStatuses(ended, () => renewal)[0]).toMatchObject({
      lease: { expiresInSeconds: 0 },
      error: { code: 'unavailable', message: 'the lease has ended' },
    });
    const failing = leased(90_000, { reports: [failed(0), good, undefined] });
    expect(refStatuses(failing, () => renewal)[0]).toMatchObject({
      lease: { expiresInSeconds: 0 },
      error: { code: 'denied', message: 'the lease has ended; the policy does not allow it' },
    });
  });

  test('counts for the last success also where the secret is read once', () => {
    expect([...lastSuccesses(leased(130_000))]).toEqual([
      ['one', 40],
      ['two', 100],
    ]);
  });

  test('is not named', () => {
    expect(JSON.stringify(refStatuses(leased(1), () => renewal))).not.toContain('creds');
  });
});

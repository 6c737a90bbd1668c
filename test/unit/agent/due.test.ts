import { describe, expect, test } from '@jest/globals';
import { dueOf, type Due } from '../../../agent/core/due.ts';
import type { LeaseStep } from '../../../agent/core/lease.ts';

const none = undefined;
const keep: LeaseStep = { kind: 'keep', forMs: 50, then: 'renew' };
const keepThenReplace: LeaseStep = { kind: 'keep', forMs: 50, then: 'reissue' };
const renew: LeaseStep = { kind: 'renew' };
const replace: LeaseStep = { kind: 'reissue', reason: 'ended' };

describe('what is done next about a source, at 100, with a schedule that says 300', () => {
  test.each<[what: string, step: LeaseStep | undefined, forced: boolean, failures: number, due: Due]>([
    ['without a lease, by the schedule', none, false, 0, { dueAt: 300, action: 'read' }],
    ['without a lease, after a failure', none, false, 2, { dueAt: 300, action: 'read' }],
    ['a lease that needs nothing yet', keep, false, 0, { dueAt: 150, action: 'renew' }],
    ['one to be replaced later', keepThenReplace, false, 0, { dueAt: 150, action: 'read' }],
    ['one to be renewed', renew, false, 0, { dueAt: 100, action: 'renew' }],
    ['one to be replaced', replace, false, 0, { dueAt: 100, action: 'read' }],
    ['one whose renewal failed', renew, false, 1, { dueAt: 300, action: 'renew' }],
    ['one whose replacement failed', replace, false, 1, { dueAt: 300, action: 'read' }],
    ['one that somebody wants replaced', keep, true, 0, { dueAt: 300, action: 'read' }],
    ['the same, to be renewed as well', renew, true, 0, { dueAt: 300, action: 'read' }],
    ['the same, when that has failed', renew, true, 1, { dueAt: 300, action: 'renew' }],
    ['the same, when it has failed and can wait', keep, true, 1, { dueAt: 300, action: 'read' }],
  ])('%s', (...[, step, forced, failures, due]) => {
    expect(dueOf({ step, forced, schedule: { dueAt: 300, failures }, now: 100 })).toEqual(due);
  });
});

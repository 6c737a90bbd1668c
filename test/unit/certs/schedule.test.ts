import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  brokerTimes,
  firstSchedule,
  step,
  wantedLeaves,
  withNext,
  type Leaf,
  type Schedule,
} from '../../../certs/core/schedule.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);
const leaf = (fingerprint: string, issuedAt = start, life = 30 * day): Leaf => ({
  fingerprint,
  issuedAt,
  notBefore: issuedAt - 300_000,
  notAfter: issuedAt + life,
});

/** One replica on its own: what it makes appears in the bundle as soon as it is asked to be there. */
class Replica {
  schedule: Schedule<Leaf> = firstSchedule(leaf('1'));
  elapsed = 0;
  wallOffset = 0;
  made = 1;
  blocked = false;
  seen = new Set<string>();
  log: string[] = [];

  look(): number {
    const now = start + this.elapsed + this.wallOffset;
    if (!this.blocked) this.seen = new Set(wantedLeaves(this.schedule).map(({ fingerprint }) => fingerprint));
    const before = this.schedule;
    const { schedule, make, lookAgainIn } = step(before, { now, monotonic: this.elapsed, seen: this.seen });
    this.schedule = schedule;
    if (schedule.ready && !before.ready) this.log.push(`${this.elapsed}: ready`);
    if (schedule.serving !== before.serving)
      this.log.push(`${this.elapsed}: serve ${schedule.serving.fingerprint}`);
    if (before.previous !== undefined && schedule.previous === undefined) {
      this.log.push(`${this.elapsed}: remove ${before.previous.fingerprint}`);
    }
    if (!make) return lookAgainIn;
    this.made += 1;
    this.schedule = withNext(schedule, leaf(String(this.made), now));
    this.log.push(`${this.elapsed}: add ${this.made}`);
    return 0;
  }

  run(milliseconds: number): void {
    const end = this.elapsed + milliseconds;
    for (;;) {
      const wait = this.look();
      if (this.elapsed + wait > end) break;
      this.elapsed += Math.max(1, wait);
    }
    this.elapsed = end;
  }
}

describe('the first certificate', () => {
  test('makes the replica ready when it has been in the bundle for 5 s', () => {
    const replica = new Replica();
    replica.run(60_000);
    expect(replica.log).toEqual(['5000: ready']);
  });

  test('counts anew when it was taken out meanwhile; once ready, ready', () => {
    const replica = new Replica();
    replica.run(4000);
    replica.blocked = true;
    replica.seen = new Set();
    replica.run(10_000);
    expect(replica.schedule.ready).toBe(false);
    replica.blocked = false;
    replica.look();
    replica.run(5000);
    expect(replica.log).toEqual(['19000: ready']);
    replica.blocked = true;
    replica.seen = new Set();
    replica.run(600_000);
    expect(replica.schedule.ready).toBe(true);
  });
});

describe('renewal', () => {
  const due = 20 * day;

  test('at 2/3 of the life: add, 60 s later serve, 60 s later remove', () => {
    const replica = new Replica();
    replica.run(due + 600_000);
    const made = Number(/^(\d+): add 2$/u.exec(replica.log[1]!)?.[1]);
    expect(made).toBeGreaterThanOrEqual(due);
    expect(made).toBeLessThanOrEqual(due + 60_000);
    expect(replica.log.slice(2)).toEqual([`${made + 60_001}: serve 2`, `${made + 120_001}: remove 1`]);
    expect(wantedLeaves(replica.schedule).map(({ fingerprint }) => fingerprint)).toEqual(['2']);
  });

  test('the old one stays in the bundle for the whole 60 s, however often it is looked at', () => {
    const replica = new Replica();
    replica.run(due + 600_000);
    const served = Number(/^(\d+): serve 2$/u.exec(replica.log[2]!)?.[1]);
    const again = new Replica();
    again.run(served);
    for (let second = 1; second < 60; second += 1) {
      again.elapsed = served + second * 1000;
      again.look();
    }
    expect(again.log.at(-1)).toBe(`${served}: serve 2`);
    again.elapsed = served + 60_000;
    again.look();
    expect(again.log.at(-1)).toBe(`${served + 60_000}: remove 1`);
  });

  test('the next one is not served before it is in the bundle, however long that takes', () => {
    const replica = new Replica();
    replica.run(due - 1000);
    replica.blocked = true;
    replica.run(5 * day);
    expect(replica.schedule.serving.fingerprint).toBe('1');
    expect(replica.made).toBe(2);
    replica.blocked = false;
    replica.look();
    const since = replica.elapsed;
    replica.run(600_000);
    expect(replica.log.slice(2)).toEqual([`${since + 60_000}: serve 2`, `${since + 120_000}: remove 1`]);
  });

  test('a wiped bundle starts the 60 s anew', () => {
    const replica = new Replica();
    replica.run(due + 30_000);
    expect(replica.made).toBe(2);
    replica.blocked = true;
    replica.seen = new Set(['1']);
    replica.look();
    replica.blocked = false;
    replica.look();
    const since = replica.elapsed;
    replica.run(70_000);
    expect(replica.log.at(-1)).toBe(`${since + 60_000}: serve 2`);
  });

  test('looks at least once a minute, so that a paused process finds out', () => {
    const replica = new Replica();
    replica.run(120_000);
    expect(replica.look()).toBeLessThanOrEqual(60_000);
    // The machine slept: wall-clock time went on, monotonic time did not.
    replica.wallOffset = 31 * day;
    replica.look();
    expect(replica.log.at(-1)).toBe('120000: add 2');
    // The one that is served has expired: the next is served as soon as it is in the bundle.
    replica.look();
    expect(replica.log.at(-1)).toBe('120000: serve 2');
  });

  test('a clock that is set back makes the certificate useless too', () => {
    const replica = new Replica();
    replica.run(60_000);
    replica.wallOffset = -day;
    replica.look();
    replica.look();
    expect(replica.schedule.serving.fingerprint).toBe('2');
  });
});

test('whatever happens to the bundle and the clocks, what is served was either the first or has been in the bundle', () => {
  const event = fc.record({
    wait: fc.integer({ min: 0, max: 8 * day }),
    jump: fc.oneof(fc.constant(0), fc.integer({ min: -day, max: 40 * day })),
    blocked: fc.boolean(),
    wiped: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), (events) => {
      const replica = new Replica();
      const everSeen = new Set(['1']);
      for (const { wait, jump, blocked, wiped } of events) {
        replica.blocked = blocked;
        if (wiped) replica.seen = new Set();
        replica.wallOffset += jump;
        const end = replica.elapsed + wait;
        while (replica.elapsed < end) {
          const lookAgainIn = replica.look();
          for (const fingerprint of replica.seen) everSeen.add(fingerprint);
          expect(everSeen.has(replica.schedule.serving.fingerprint)).toBe(true);
          expect(lookAgainIn).toBeLessThanOrEqual(60_000);
          expect(wantedLeaves(replica.schedule)).toContain(replica.schedule.serving);
          replica.elapsed += Math.max(1, lookAgainIn, wait / 50);
        }
      }
    }),
  );
});

describe('other times', () => {
  const look = (schedule: Schedule<Leaf>, monotonic: number, more: object = {}) =>
    step(schedule, { now: start + monotonic, monotonic, seen: new Set(['1']), ...more }, brokerTimes);

  test('make a broker wait for as long as kubelets take', () => {
    const first = look(firstSchedule(leaf('1')), 0);
    expect(first).toMatchObject({ schedule: { ready: false }, lookAgainIn: 1_000 });
    expect(look(first.schedule, 149_999)).toMatchObject({ schedule: { ready: false }, lookAgainIn: 1 });
    expect(look(first.schedule, 150_000).schedule.ready).toBe(true);
  });

  test('count for nothing where nobody waits; and then it is ready for good', () => {
    const seen = new Set<string>();
    const first = look(firstSchedule(leaf('1')), 0, { seen, nobodyWaits: true });
    expect(first.schedule.ready).toBe(true);
    expect(look(first.schedule, 1, { seen, nobodyWaits: false }).schedule.ready).toBe(true);
  });

  test('make the next certificate wait alike', () => {
    const seen = new Set(['1', '2']);
    const added = look(withNext(firstSchedule(leaf('1')), leaf('2')), 0, { seen });
    expect(look(added.schedule, 149_999, { seen }).schedule.serving.fingerprint).toBe('1');
    const served = look(added.schedule, 150_000, { seen });
    expect(served.schedule.serving.fingerprint).toBe('2');
    expect(look(served.schedule, 210_000, { seen }).schedule.previous).toBeUndefined();
  });
});

import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { FeedEvent } from '../../../../lib/broker/protocol.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import {
  documentOf,
  failureOf,
  outcomesOf,
  readEvent,
  refusalError,
} from '../../../../providers/broker/answers.ts';
import { Lines } from '../../../../providers/broker/lines.ts';

const base64 = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const index = fc.nat();
const code = fc.constantFrom('not_found' as const, 'denied' as const, 'throttled' as const);
const event: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc.record({ event: fc.constant('open' as const), endsInSeconds: fc.nat() }),
  fc.record({ event: fc.constant('secret' as const), index, secret: fc.record({ bytes: base64 }) }),
  fc.record({
    event: fc.constant('error' as const),
    index,
    error: fc.record({ code, message: fc.string() }),
  }),
  fc.record({ event: fc.constant('same' as const), indexes: fc.array(index) }),
  fc.record({ event: fc.constant('trust' as const), bundle: fc.string({ minLength: 1 }) }),
  fc.constantFrom<FeedEvent>({ event: 'beat' }, { event: 'end' }),
);

describe('events of a feed', () => {
  test('are read as they were written, cut at any byte', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (events, size) => {
        const whole = Buffer.from(events.map((one) => `${JSON.stringify(one)}\n`).join(''));
        const lines = new Lines(10_000);
        const found: unknown[] = [];
        for (let from = 0; from < whole.length; from += size)
          found.push(...(lines.push(whole.subarray(from, from + size)) ?? []).map(readEvent));
        expect(found).toEqual(events);
      }),
    );
  });

  test('are never anything that a line does not say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(readEvent(Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });

  test.each([
    '{"event":"same","indexes":[0.5]}',
    '{"event":"beat","more":1}',
    '{"event":"secret","index":0}',
    '{"event":"error","index":0,"error":{"code":"joke","message":""}}',
    '{"event":"trust","bundle":""}',
  ])('%s is none', (line) => {
    expect(readEvent(Buffer.from(line))).toBeUndefined();
  });
});

describe('outcomes', () => {
  const read = (body: unknown, count: number): unknown =>
    outcomesOf(new Redacted(Buffer.from(JSON.stringify(body))), { count, now: 1_000 });

  test('are documents and failures, in their order', () => {
    const results = [
      { secret: { bytes: 'aHVudGVyMg==', version: 'v1' } },
      { error: { code: 'denied', message: 'no rule', retryAfterMs: 5 } },
    ];
    const answer = outcomesOf(new Redacted(Buffer.from(JSON.stringify({ results }))), { count: 2, now: 0 });
    expect(answer).toMatchObject({
      ok: true,
      value: [
        { ok: true, value: { version: 'v1' } },
        { ok: false, error: { code: 'denied', message: 'no rule', retryAfterMs: 5 } },
      ],
    });
    const [first] = answer.ok ? answer.value : [];
    expect(first?.ok === true ? first.value.bytes.reveal().toString() : '').toBe('hunter2');
  });

  test.each([
    ['fewer', { results: [] }],
    ['more', { results: [{ secret: { bytes: '' } }, { secret: { bytes: '' } }] }],
    ['both at once', { results: [{ secret: { bytes: '' }, error: { code: 'denied', message: '' } }] }],
    ['bytes that are no Base64', { results: [{ secret: { bytes: 'a-b_' } }] }],
    ['half of a group', { results: [{ secret: { bytes: 'abc' } }] }],
    ['nothing', null],
  ])('are none with %s', (_what, body) => {
    expect(read(body, 1)).toEqual({ ok: false, error: undefined });
  });
});

describe('a lease', () => {
  const leaseAt = (expiresAt: number, now: number): unknown =>
    documentOf({ bytes: '', lease: { id: 'a', durationSeconds: 60, expiresAt } }, now)?.lease;

  test('is never renewed, and ends by the clock that sees its end first', () => {
    expect(leaseAt(50_000, 0)).toEqual({ id: 'a', durationSeconds: 60, renewable: false, expiresAt: 50_000 });
    expect(leaseAt(900_000, 0)).toMatchObject({ expiresAt: 60_000 });
  });
});

describe('a refusal', () => {
  const refused = (status: number, body: string, retryAfterMs?: number): unknown =>
    refusalError({ server: 'the broker', status, body: new Redacted(Buffer.from(body)), retryAfterMs });
  const said = JSON.stringify({ error: { code: 'denied', message: 'no rule\nallows it' } });

  test('is what the broker says, on one line', () => {
    expect(refused(403, said)).toEqual({ code: 'denied', message: 'the broker says: no rule allows it' });
  });

  test('waits as long as the body says, else as the header does', () => {
    const body = JSON.stringify({ error: { code: 'throttled', message: 'later', retryAfterMs: 7 } });
    expect(refused(429, body, 9)).toMatchObject({ retryAfterMs: 7 });
    expect(refused(429, said, 9)).toMatchObject({ retryAfterMs: 9 });
  });

  test.each([
    [401, 'unauthenticated'],
    [403, 'denied'],
    [429, 'throttled'],
    [503, 'unavailable'],
    [404, 'unavailable'],
  ])('without a word is known by its status %i', (status, code) => {
    expect(refused(status, 'hunter2')).toEqual({ code, message: `the broker answered HTTP ${status}` });
  });

  test('is told in a bounded length', () => {
    expect(failureOf({ code: 'denied', message: 'x'.repeat(5_000) }).message).toHaveLength(1_000);
  });
});

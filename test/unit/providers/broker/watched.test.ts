import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../../lib/broker/digest.ts';
import { providerError } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok } from '../../../../lib/result.ts';
import { WatchedSecret, type Moment } from '../../../../providers/broker/watched.ts';
import type { ReadOutcome, SecretDocument } from '../../../../providers/provider.ts';

const read = { store: { kind: 'ClusterSecretStore' as const, name: 'shared' }, key: 'db' };
const at = (monotonic: number): Moment => ({ monotonic, wall: monotonic + 1_000_000 });
const document = (text: string): SecretDocument => ({ bytes: new Redacted(Buffer.from(text)) });
const leased = (text: string): SecretDocument => ({
  ...document(text),
  lease: { id: text, durationSeconds: 60, renewable: false, expiresAt: 5_000_000 },
});
const denied = providerError('denied', 'no rule');
const make = (intervalSeconds = 60, held?: SecretDocument): WatchedSecret =>
  new WatchedSecret({ read, intervalSeconds }, held, at(0));
const textOf = (outcome: ReadOutcome | undefined): unknown =>
  outcome?.ok === true ? outcome.value.bytes.reveal().toString() : outcome?.error;

describe('a source that is watched', () => {
  test('is asked for until it has a document, also where the feed is open', () => {
    const secret = make();
    expect(secret.recall(at(0), true)).toBeUndefined();
    secret.answer(err(denied), 0, at(0));
    expect(secret.recall(at(0), true)).toBeUndefined();
    expect(secret.watched).toEqual({ ...read, intervalSeconds: 60 });
  });

  test('is known by its digest, and as old as its last confirmation', () => {
    const secret = make();
    secret.answer(ok(document('one')), 0, at(0));
    expect(secret.watched?.known).toBe(digestOf(Buffer.from('one')));
    expect(secret.tell('same', at(40_000))).toBe(false);
    const outcome = secret.recall(at(60_000), true);
    expect(outcome).toMatchObject({ ok: true, value: { confirmedAt: 1_040_000 } });
    expect(secret.recall(at(60_000), false)).toBeUndefined();
  });

  test('is asked for after two intervals of silence, and after 30 s at least', () => {
    const [slow, quick] = [make(60, document('one')), make(1, document('one'))];
    expect(textOf(slow.recall(at(120_000), true))).toBe('one');
    expect(slow.recall(at(120_001), true)).toBeUndefined();
    expect(textOf(quick.recall(at(30_000), true))).toBe('one');
    expect(quick.recall(at(30_001), true)).toBeUndefined();
  });

  test('takes what it is told once, also when the feed has ended since', () => {
    const secret = make(60, document('one'));
    expect(secret.tell(ok(document('two')), at(1))).toBe(true);
    expect(textOf(secret.recall(at(2), false))).toBe('two');
    expect(secret.recall(at(2), false)).toBeUndefined();
    expect(secret.tell(ok(document('two')), at(3))).toBe(false);
  });

  test('has a failure until it is confirmed again', () => {
    const secret = make(60, document('one'));
    expect(secret.tell(err(denied), at(1))).toBe(true);
    expect(secret.tell(err(denied), at(2))).toBe(false);
    expect(textOf(secret.recall(at(3), true))).toBe(denied);
    expect(textOf(secret.recall(at(4), true))).toBe(denied);
    expect(secret.tell('same', at(5))).toBe(true);
    expect(textOf(secret.recall(at(6), true))).toBe('one');
  });

  test('cannot be confirmed before it has a document', () => {
    expect(make().tell('same', at(1))).toBe(false);
  });

  test('that is refused when it is asked for stays so until the feed confirms it', () => {
    const secret = make(60, document('one'));
    secret.answer(err(denied), 0, at(0));
    expect(textOf(secret.recall(at(60_000), true))).toBe(denied);
    expect(secret.tell('same', at(61_000))).toBe(true);
    expect(textOf(secret.recall(at(62_000), true))).toBe('one');
  });

  test('takes what the feed said while it was asked for', () => {
    const secret = make(60, document('one'));
    const { events } = secret;
    secret.tell(ok(document('three')), at(1));
    expect(textOf(secret.answer(ok(document('two')), events, at(2)))).toBe('three');
    expect(secret.watched?.known).toBe(digestOf(Buffer.from('three')));
  });

  test('that was read once is not watched, nor one with a lease, which nothing but a new one replaces', () => {
    expect(make(0).watched).toEqual({ ...read, intervalSeconds: 0 });
    expect(make(0, document('one')).watched).toBeUndefined();
    const secret = make();
    secret.answer(ok(leased('first')), 0, at(0));
    expect(secret.watched).toBeUndefined();
    expect(secret.recall(at(1), true)).toBeUndefined();
    expect(secret.tell(ok(document('other')), at(2))).toBe(false);
    expect(textOf(secret.answer(ok(leased('second')), 0, at(3)))).toBe('second');
  });
});

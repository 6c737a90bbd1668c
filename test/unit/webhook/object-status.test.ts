import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import {
  isDue,
  nextStatus,
  parseStatus,
  verdictOf,
  type Checked,
  type ObjectStatus,
  type Verdict,
} from '../../../webhook/core/object-status.ts';
import { externalSecret, knowing, secretStore } from '../../support/validation.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;
const valid: Verdict = { status: 'True', reason: 'Valid', message: 'm' };
const invalid: Verdict = { status: 'False', reason: 'Invalid', message: 'n' };
const unusable: Verdict = { status: 'False', reason: 'Unusable', message: 'n' };
const checked = (changes: Partial<Checked> = {}): Checked => ({
  generation: 3,
  verdict: valid,
  now: noon,
  ...changes,
});
const written: ObjectStatus = {
  observedGeneration: 3,
  lastChecked: '2026-01-01T12:00:00Z',
  conditions: [{ type: 'Valid', ...valid, lastTransitionTime: '2026-01-01T12:00:00Z' }],
};

/** Any text but one that says itself that something was cut. */
const fieldName = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !name.includes('\ufffd'));

describe('a verdict', () => {
  test('of what is right', () => {
    expect(verdictOf(secretStore(), knowing())).toMatchObject({ status: 'True', reason: 'Valid' });
  });

  test('of what is wrong names everything, without the object’s own name', () => {
    expect(verdictOf(secretStore({ vault: { path: 'kv', auth: { kubernetes: {} } } }), knowing())).toEqual({
      status: 'False',
      reason: 'Invalid',
      message: 'spec.provider.vault.auth.kubernetes.role is missing; spec.provider.vault.server is missing',
    });
  });

  test('of what is right and cannot be used names the other object that is in the way', () => {
    const wrong = secretStore({ vault: { server: 'https://a', path: 'kv', auth: { kubernetes: {} } } });
    expect(verdictOf(externalSecret(), knowing([wrong]))).toEqual({
      status: 'False',
      reason: 'Unusable',
      message: 'SecretStore payments/vault: spec.provider.vault.auth.kubernetes.role is missing',
    });
  });

  test('has at most 1 KiB, and ends within no character', () => {
    fc.assert(
      fc.property(fc.array(fieldName, { minLength: 1, maxLength: 120 }), (names) => {
        const fields = Object.fromEntries(names.map((name) => [`${name}-ä€😀`, 1]));
        const { message } = verdictOf(secretStore({ vault: fields }), knowing());
        expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
        expect(message.isWellFormed()).toBe(true);
        expect(message).not.toContain('\ufffd');
      }),
    );
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field${index}`, 1]));
    const { message } = verdictOf(secretStore({ vault: fields }), knowing());
    expect(message).toMatch(/…$/u);
    expect(Buffer.byteLength(message)).toBeGreaterThan(1000);
  });
});

describe('the status to write', () => {
  test('the first', () => {
    expect(nextStatus(checked())).toEqual(written);
  });

  test('keeps the transition time while True stays True, and False stays False', () => {
    const later = checked({ now: noon + minute });
    expect(nextStatus(later, written)).toEqual({ ...written, lastChecked: '2026-01-01T12:01:00Z' });
    const bad = nextStatus(checked({ now: noon + minute, verdict: invalid }), written);
    expect(bad.conditions[0]).toMatchObject({ ...invalid, lastTransitionTime: '2026-01-01T12:01:00Z' });
    const worse = nextStatus(checked({ now: noon + 2 * minute, verdict: unusable }), bad);
    expect(worse.conditions[0]).toMatchObject({ ...unusable, lastTransitionTime: '2026-01-01T12:01:00Z' });
  });
});

describe('whether it is due', () => {
  test.each([
    ['where there is none', checked(), undefined, true],
    ['of another generation', checked({ generation: 4 }), written, true],
    ['with another status', checked({ verdict: invalid }), written, true],
    ['with another message', checked({ verdict: { ...valid, message: 'x' } }), written, true],
    ['that says the same', checked({ now: noon + 47 * minute }), written, false],
    ['that says the same for more than an hour', checked({ now: noon + 73 * minute }), written, true],
    ['from a clock that is ahead', checked({ now: noon - 73 * minute }), written, true],
    ['from no time', checked(), { ...written, lastChecked: 'soon' }, true],
  ])('one %s', (_what, now, before, due) => {
    expect(isDue(now, 'uid', before)).toBe(due);
  });

  test('many objects of one time come due one after the other', () => {
    const dueAt = (after: number): number =>
      Array.from({ length: 500 }, (_, index) => `uid-${index}`).filter((uid) =>
        isDue(checked({ now: noon + after * minute }), uid, written),
      ).length;
    expect(dueAt(47)).toBe(0);
    expect(dueAt(60)).toBeGreaterThan(150);
    expect(dueAt(60)).toBeLessThan(350);
    expect(dueAt(73)).toBe(500);
  });
});

describe('a status that is there', () => {
  test('is read as it was written', () => {
    expect(parseStatus(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });

  test.each([
    ['nothing', undefined],
    ['no object', 'x'],
    ['an empty one', {}],
    ['one of others', { conditions: [{ type: 'Ready', status: 'True' }] }],
    ['no generation', { ...written, observedGeneration: '3' }],
    ['no time', { ...written, lastChecked: 1 }],
    ['no condition', { ...written, conditions: [] }],
    ['two conditions', { ...written, conditions: [...written.conditions, ...written.conditions] }],
    ['another reason', { ...written, conditions: [{ ...written.conditions[0], reason: 'Because' }] }],
    ['another status', { ...written, conditions: [{ ...written.conditions[0], status: 'Unknown' }] }],
    ['no message', { ...written, conditions: [{ ...written.conditions[0], message: null }] }],
  ])('%s is none of ours', (_what, value) => {
    expect(parseStatus(value)).toBeUndefined();
  });
});

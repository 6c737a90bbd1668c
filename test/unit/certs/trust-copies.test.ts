import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintsIn } from '../../../certs/core/bundle.ts';
import {
  annotationOf,
  copiedFingerprints,
  copiedNow,
  isCopy,
  stateOf,
  trustLabels,
  type TrustObject,
} from '../../../certs/core/trust-copies.ts';
import { makeCertificate } from '../../../certs/self-signed.ts';
import { copiedAnnotation, trustKey } from '../../../lib/broker/names.ts';

const names = ['a', 'b', 'c', 'd'] as const;
type Name = (typeof names)[number];
const pems = new Map<Name, string>();
const bundle = (...of: readonly Name[]): string => of.map((name) => pems.get(name) ?? '').join('');
const fingerprints = (...of: readonly Name[]): ReadonlySet<string> => fingerprintsIn(bundle(...of));
const copy = (text: string, labels: Record<string, string> = { ...trustLabels }): TrustObject => ({
  metadata: { labels },
  data: { [trustKey]: text },
});

beforeAll(async () => {
  for (const name of names) {
    const options = { dnsNames: ['broker'], podUid: name, lifetimeMilliseconds: 1e9, now: Date.now() };
    pems.set(name, (await makeCertificate(options)).certificatePem);
  }
});

describe('a copy', () => {
  test.each<[string, TrustObject | undefined, string]>([
    ['missing', undefined, 'missing'],
    ['the same', copy('text'), 'same'],
    ['the same, with more labels', copy('text', { ...trustLabels, team: 'a' }), 'same'],
    ['another text', copy('other'), 'different'],
    ['without our label', copy('text', {}), 'different'],
    ['with another label', copy('text', { 'app.kubernetes.io/managed-by': 'helm' }), 'different'],
    ['without labels', { metadata: {}, data: { [trustKey]: 'text' } }, 'different'],
    ['without the key', { metadata: { labels: trustLabels }, data: {} }, 'different'],
  ])('that is %s', (_what, object, state) => {
    expect(stateOf(object, 'text')).toBe(state);
  });

  test('is ours by its label', () => {
    expect(isCopy(copy('whatever'))).toBe(true);
    expect(isCopy(copy('whatever', {}))).toBe(false);
  });
});

describe('the note on the source', () => {
  const source = (text: string): TrustObject => ({
    metadata: { annotations: { [copiedAnnotation]: text } },
    data: {},
  });

  test('is read as it is written', () => {
    const all = fingerprints('a', 'b', 'c');
    expect(copiedFingerprints(source(annotationOf(all)))).toEqual(all);
    expect(annotationOf(copiedFingerprints(source(annotationOf(all))))).toBe(annotationOf(all));
  });

  test.each([
    ['no source', undefined],
    ['no note', { metadata: {}, data: {} }],
    ['an empty one', source('')],
  ])('names nothing where there is %s', (_what, object) => {
    expect(copiedFingerprints(object).size).toBe(0);
  });
});

describe('what all copies have', () => {
  test('is everything where there are none', () => {
    expect(copiedNow(bundle('a', 'b'), new Set(), [])).toEqual(fingerprints('a', 'b'));
  });

  test('is what each has', () => {
    const copies = [copy(bundle('a', 'b')), copy(bundle('a'))];
    expect(copiedNow(bundle('a', 'b'), new Set(), copies)).toEqual(fingerprints('a'));
  });

  test('was once in all: a copy that somebody emptied takes nothing back', () => {
    const copies = [copy(bundle('a', 'b')), copy('')];
    expect(copiedNow(bundle('a', 'b', 'c'), fingerprints('a', 'd'), copies)).toEqual(fingerprints('a'));
  });

  const subset = fc.subarray([...names]);

  test('is in the source, and, unless it was before, in every copy', () => {
    fc.assert(
      fc.property(subset, subset, fc.array(subset, { maxLength: 4 }), (present, recorded, copies) => {
        const objects = copies.map((of) => copy(bundle(...of)));
        const expected = present.filter(
          (name) => recorded.includes(name) || copies.every((of) => of.includes(name)),
        );
        expect(copiedNow(bundle(...present), fingerprints(...recorded), objects)).toEqual(
          fingerprints(...expected),
        );
      }),
      { numRuns: 50 },
    );
  });
});

import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  missingMilliseconds,
  oursOnly,
  parseBundle,
  trackMissing,
  wantedBundle,
  type BundleInput,
} from '../../../certs/core/bundle.ts';
import { makeCertificate, type OwnCertificate } from '../../../certs/self-signed.ts';

const serviceName = 'keyferry-webhook.keyferry-system.svc';
const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const uids = ['own', 'b', 'c', 'd', 'e'] as const;

const leaves = new Map<string, OwnCertificate>();
const leaf = (name: string): OwnCertificate => leaves.get(name)!;
const pem = (...names: string[]): string => names.map((name) => leaf(name).certificatePem).join('');
const inBundle = (text: string): string[] => {
  const names = new Map([...leaves].map(([name, { fingerprint }]) => [fingerprint, name]));
  return parseBundle(text, serviceName)
    .map(({ fingerprint }) => names.get(fingerprint) ?? '?')
    .sort();
};

beforeAll(async () => {
  const make = async (name: string, podUid: string, dnsName = serviceName): Promise<void> => {
    const options = { dnsNames: [dnsName], podUid, lifetimeMilliseconds: 30 * day, now: start };
    leaves.set(name, await makeCertificate(options));
  };
  for (const uid of uids) await make(uid, uid);
  await make('own-2', 'own');
  await make('foreign', 'f', 'other.default.svc');
});

const input = (present: string, more: Partial<BundleInput> = {}): BundleInput => ({
  present,
  serviceName,
  ownUid: 'own',
  own: [leaf('own').certificatePem],
  missing: new Map(),
  now: start,
  monotonic: 0,
  ...more,
});

describe('wantedBundle', () => {
  test('adds the own certificate to nothing, and to what is there', () => {
    expect(wantedBundle(input(''))).toBe(pem('own'));
    expect(inBundle(wantedBundle(input(pem('b', 'c'))))).toEqual(['b', 'c', 'own']);
  });

  test('keeps what others put there, expired or not, unless it is said to expire', () => {
    const late = { now: start + 31 * day };
    expect(inBundle(wantedBundle(input(pem('foreign'), late)))).toEqual(['foreign', 'own']);
    expect(inBundle(wantedBundle(input(pem('foreign'), { ...late, othersExpire: true })))).toEqual(['own']);
    expect(inBundle(wantedBundle(input(pem('foreign'), { othersExpire: true })))).toEqual(['foreign', 'own']);
  });

  test('every block ends with a newline, also where one was missing', () => {
    const text = wantedBundle(input(pem('b').trimEnd() + pem('c').trimEnd()));
    expect(inBundle(text)).toEqual(['b', 'c', 'own']);
    const blocks = text.split(/(?<=-----END CERTIFICATE-----)/u);
    expect(blocks.slice(1).every((rest) => rest.startsWith('\n'))).toBe(true);
  });

  test('own certificates that are not wanted any more go, those of a restarted container too', () => {
    expect(inBundle(wantedBundle(input(pem('own', 'own-2', 'b'))))).toEqual(['b', 'own']);
  });

  test('a certificate goes 5 min after its pod, not before', () => {
    const at = (monotonic: number): string[] =>
      inBundle(wantedBundle(input(pem('b', 'c'), { missing: new Map([['b', 1000]]), monotonic })));
    expect(at(1000 + missingMilliseconds - 1)).toEqual(['b', 'c', 'own']);
    expect(at(1000 + missingMilliseconds)).toEqual(['c', 'own']);
  });

  test('an expired certificate goes, with 5 min for clocks that differ; the own one stays', () => {
    const at = (now: number): string[] => inBundle(wantedBundle(input(pem('b'), { now })));
    expect(at(start + 30 * day + 4 * 60_000)).toEqual(['b', 'own']);
    expect(at(start + 30 * day + 5 * 60_000)).toEqual(['own']);
  });

  test('certificates of others stay, expired or not', () => {
    const now = start + 400 * day;
    const text = wantedBundle(
      input(pem('foreign', 'b'), { now, missing: new Map([['f', -1e9]]), monotonic: 0 }),
    );
    expect(inBundle(text)).toEqual(['foreign', 'own']);
    expect(oursOnly(text, serviceName)).toBe(pem('own'));
  });

  test.each([
    ['not PEM', () => 'hello\n'],
    [
      'no certificate in the block',
      () => '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n',
    ],
    ['cut off', () => pem('c').slice(0, 200)],
    ['a block of another kind', () => pem('c').replaceAll('CERTIFICATE', 'PUBLIC KEY')],
  ])('garbage goes: %s', (_what, garbage) => {
    expect(inBundle(wantedBundle(input(garbage() + pem('b') + garbage())))).toEqual(['b', 'own']);
  });
});

describe('whatever the bundle looks like', () => {
  const garbage = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      '\r\n',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      '-----BEGIN CERTIFICATE-----\nMIIB',
    ),
  );
  const name = fc.constantFrom(...uids, 'own-2', 'foreign');
  /** Whole certificates with anything between them. */
  const parts = fc.array(fc.tuple(garbage, name));
  const textOf = (present: [string, string][], tail = ''): string =>
    present.map(([noise, which]) => noise + pem(which).trimEnd()).join('') + tail;
  const missing = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...uids), fc.integer({ min: 0, max: 900_000 })), {
      selector: ([uid]) => uid,
    })
    .map((entries) => new Map<string, number>(entries));
  const situation = fc.record({
    missing,
    monotonic: fc.integer({ min: 0, max: 900_000 }),
    now: fc.integer({ min: start, max: start + 29 * day }),
  });

  test('no live certificate is ever lost, and the own one is always there', () => {
    fc.assert(
      fc.property(parts, garbage, situation, (present, tail, { missing: gone, monotonic, now }) => {
        const result = inBundle(
          wantedBundle(input(textOf(present, tail), { missing: gone, monotonic, now })),
        );
        expect(result).toContain('own');
        const live = present
          .map(([, which]) => which)
          .filter((which) => !which.startsWith('own'))
          .filter((which) => monotonic - (gone.get(which) ?? monotonic) < missingMilliseconds);
        expect(result).toEqual(expect.arrayContaining(live));
        expect(result).not.toContain('?');
      }),
    );
  });

  test('a second time changes nothing, and neither does the order', () => {
    fc.assert(
      fc.property(parts, fc.nat(), situation, (present, turn, about) => {
        const once = wantedBundle(input(textOf(present), about));
        expect(wantedBundle(input(once, about))).toBe(once);
        const cut = turn % (present.length + 1);
        const turned = [...present.slice(cut), ...present.slice(0, cut)].reverse();
        expect(wantedBundle(input(textOf(turned), about))).toBe(once);
      }),
    );
  });

  test('the result is whole certificates and nothing else', () => {
    fc.assert(
      fc.property(parts, garbage, (present, tail) => {
        const text = wantedBundle(input(textOf(present, tail)));
        const blocks = text.split(/(?<=-----END CERTIFICATE-----\n)/u);
        expect(blocks.map((block) => new X509Certificate(block).toString()).join('')).toBe(text);
        expect(new Set(blocks).size).toBe(blocks.length);
      }),
    );
  });
});

describe('trackMissing', () => {
  test('keeps the first time, forgets who is back, ignores certificates of others', () => {
    const entries = parseBundle(pem('own', 'b', 'c', 'foreign'), serviceName);
    const first = trackMissing(new Map(), { entries, podUids: new Set(['own']), monotonic: 10 });
    expect(new Map(first)).toEqual(
      new Map([
        ['b', 10],
        ['c', 10],
      ]),
    );
    const second = trackMissing(first, { entries, podUids: new Set(['own', 'c']), monotonic: 20 });
    expect(new Map(second)).toEqual(new Map([['b', 10]]));
  });
});

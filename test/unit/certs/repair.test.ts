import { beforeAll, expect, test } from '@jest/globals';
import { wantedBundles } from '../../../certs/core/repair.ts';
import { makeCertificate } from '../../../certs/self-signed.ts';

const serviceName = 'keyferry-webhook.keyferry-system.svc';
const now = Date.UTC(2026, 0, 1);
let own: string;
let other: string;
let foreign: string;

beforeAll(async () => {
  const make = async (podUid: string, dnsName = serviceName): Promise<string> => {
    const options = { dnsNames: [dnsName], podUid, lifetimeMilliseconds: 1e9, now };
    return (await makeCertificate(options)).certificatePem;
  };
  own = await make('own');
  other = await make('other');
  foreign = await make('x', 'other.default.svc');
});

const bundles = (
  present: readonly string[],
  remembered: readonly string[] = [],
  missing = new Map<string, number>(),
) =>
  wantedBundles(present, remembered, {
    serviceName,
    ownUid: 'own',
    own: [own],
    missing,
    now,
    monotonic: 1e6,
  });
const sorted = (...pems: string[]): string => bundles([pems.join('')]).wanted[0]!;

test('each bundle is looked at for itself', () => {
  const { wanted, changed } = bundles([other, foreign, '']);
  expect(wanted).toEqual([sorted(other, own), sorted(foreign, own), own]);
  expect(changed).toBe(true);
  expect(bundles([...wanted]).changed).toBe(false);
});

test('a wiped bundle gets back what was ours in it', () => {
  const { remembered } = bundles([sorted(own, other, foreign), sorted(own)]);
  expect(bundles(['', ''], remembered).wanted).toEqual([sorted(own, other), own]);
  // Somebody else's injector has overwritten it.
  expect(bundles([foreign, own], remembered).wanted).toEqual([sorted(own, other, foreign), own]);
});

test('what another replica took out stays out', () => {
  const { remembered } = bundles([sorted(own, other)]);
  expect(bundles([own], remembered).wanted).toEqual([own]);
});

test('a wipe does not bring back what was due to go', () => {
  const { remembered } = bundles([sorted(own, other)]);
  expect(bundles([''], remembered, new Map([['other', 0]])).wanted).toEqual([own]);
});

test('the memory outlives the wipe', () => {
  const { remembered } = bundles([sorted(own, other)]);
  expect(bundles([''], bundles([''], remembered).remembered).wanted).toEqual([sorted(own, other)]);
});

import { describe, expect, test } from '@jest/globals';
import { makeCertificate } from '../../../../certs/self-signed.ts';
import { feedDelay } from '../../../../providers/broker/backoff.ts';
import { usableCertificates } from '../../../../providers/broker/certificates.ts';

const now = Date.UTC(2026, 5, 1);
const make = async (lifetimeMilliseconds: number): Promise<string> => {
  const podUid = '6f1c1d2e-0000-4000-8000-000000000000';
  return (await makeCertificate({ dnsNames: ['localhost'], podUid, lifetimeMilliseconds, now }))
    .certificatePem;
};

describe('a trust bundle', () => {
  test('has each certificate once, without what is expired or none', async () => {
    const [one, two, old] = [await make(60_000), await make(60_000), await make(1_000)];
    const rubbish = '-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n';
    const texts = [`# ours\n${rubbish}${one}${old}`, '', `${two}${one}-----BEGIN CERTIFICATE-----`];
    expect(usableCertificates(texts, now + 1_000)).toEqual([one, two]);
  });
});

describe('the wait for another feed', () => {
  test('is spread over a second at first, doubles to 30 s, and follows what the broker asked for', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 400].map((failures) => feedDelay(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(feedDelay(0, 0)).toBe(0);
    expect(feedDelay(1, 0.5, 7_000)).toBe(8_000);
  });
});

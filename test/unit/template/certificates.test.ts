import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { renderText } from '../../support/template-functions.ts';

const pemBlocks = (text: string): string[] =>
  text.match(/-----BEGIN ([A-Z ]+)-----[^]*?-----END \1-----\n/g) ?? [];

const now = Date.UTC(2026, 0, 2, 3, 4, 5);

interface Pair {
  readonly certificate: X509Certificate;
  readonly key: string;
}

const pairs = (template: string): Pair[] => {
  const blocks = pemBlocks(renderText(template, {}, { now }));
  return Array.from({ length: blocks.length / 2 }, (_, index) => ({
    certificate: new X509Certificate(blocks[index * 2] ?? ''),
    key: blocks[index * 2 + 1] ?? '',
  }));
};

const print = '{{ define "pair" }}{{ .Cert }}{{ .Key }}{{ end }}';

const authority = `${print}{{ $ca := genCA "authority" 30 }}{{ template "pair" $ca }}`;

describe('genCA', () => {
  const [pair] = pairs(authority);

  test('signs itself, for the days that it is given', () => {
    const certificate = pair?.certificate;
    expect(certificate?.subject).toBe('CN=authority');
    expect(certificate?.issuer).toBe('CN=authority');
    expect(certificate?.ca).toBe(true);
    expect(certificate?.verify(certificate.publicKey)).toBe(true);
    expect(certificate?.validFromDate.getTime()).toBe(now);
    expect(certificate?.validToDate.getTime()).toBe(now + 30 * 24 * 3600 * 1000);
    expect(certificate?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  test('comes with its key', () => {
    expect(pair?.certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
  });

  test('has another serial number and key each time', () => {
    const [other] = pairs(authority);
    expect(other?.certificate.serialNumber).not.toBe(pair?.certificate.serialNumber);
    expect(other?.key).not.toBe(pair?.key);
  });
});

describe.each([
  ['RSA', 'genSignedCert "host" $ips $names 5 $ca', 'genCA "authority" 30'],
  [
    'ECDSA',
    'genSignedCertWithKey "host" $ips $names 5 $ca (genPrivateKey "ecdsa")',
    'genCAWithKey "authority" 30 (genPrivateKey "ecdsa")',
  ],
  [
    'Ed25519',
    'genSignedCertWithKey "host" $ips $names 5 $ca (genPrivateKey "ed25519")',
    'genCAWithKey "authority" 30 (genPrivateKey "ed25519")',
  ],
])('genSignedCert with %s', (_kind, signed, ca) => {
  const names =
    '{{ $ips := list "10.0.0.1" "2001:db8::1" "::ffff:10.0.0.2" }}{{ $names := list "a.internal" "*.b.internal" }}';
  const [root, leaf] = pairs(
    `${print}${names}{{ $ca := ${ca} }}{{ template "pair" $ca }}{{ template "pair" (${signed}) }}`,
  );

  test('is signed by its authority', () => {
    const key = root?.certificate.publicKey;
    expect(key !== undefined && leaf?.certificate.verify(key)).toBe(true);
    expect(root !== undefined && leaf?.certificate.checkIssued(root.certificate)).toBe(true);
    expect(leaf?.certificate.ca).toBe(false);
    expect(leaf?.certificate.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
  });

  test('is for its names', () => {
    expect(leaf?.certificate.checkHost('a.internal')).toBe('a.internal');
    expect(leaf?.certificate.checkHost('x.b.internal')).toBe('*.b.internal');
    expect(leaf?.certificate.checkHost('c.internal')).toBeUndefined();
    expect(leaf?.certificate.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(leaf?.certificate.checkIP('10.0.0.2')).toBe('10.0.0.2');
    expect(leaf?.certificate.checkIP('2001:db8::1')).toBe('2001:db8::1');
  });

  test('is for servers and clients', () => {
    expect(leaf?.certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });
});

test('a certificate may be valid beyond 2049, and not beyond 9999', () => {
  const [pair] = pairs(`${print}{{ template "pair" (genCAWithKey "x" 36500 (genPrivateKey "ecdsa")) }}`);
  expect(pair?.certificate.validToDate.getUTCFullYear()).toBe(2125);
  expect(() => renderText('{{ genCAWithKey "x" 9999999 (genPrivateKey "ecdsa") }}')).toThrow(
    'cannot represent time as GeneralizedTime',
  );
});

test.each([
  ['rsa', 'RSA PRIVATE KEY', 'rsa'],
  ['dsa', 'DSA PRIVATE KEY', 'dsa'],
  ['ecdsa', 'EC PRIVATE KEY', 'ec'],
  ['ed25519', 'PRIVATE KEY', 'ed25519'],
])('genPrivateKey %s makes a key that OpenSSL reads', (kind, type, expected) => {
  const pem = renderText(`{{ genPrivateKey "${kind}" }}`);
  const key = createPrivateKey(pem);
  expect(pem).toContain(`-----BEGIN ${type}-----`);
  expect(key.asymmetricKeyType).toBe(expected);
  expect(createPublicKey(key).asymmetricKeyType).toBe(expected);
});

test('keys in a loop reach the bounds of a template', () => {
  const template = '{{ range until 10000 }}{{ genPrivateKey "rsa" | len }}{{ end }}';
  expect(() => renderText(template, {}, { workBytes: 1024 * 1024 })).toThrow(/template: template:1:\d+/);
});

import { createHmac } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  encryptedPayload,
  formatAccessToken,
  keyOfSeed,
  makeAccessToken,
  parseAccessToken,
} from '../../../emulators/bitwarden/crypto/access-token.ts';
import { decrypt, encrypt, makeKey } from '../../../emulators/bitwarden/crypto/enc-string.ts';

const hmac = (key: string | Buffer, data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();

test('the key of a seed is HKDF, step by step as RFC 5869 has it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const extracted = hmac('bitwarden-accesstoken', Buffer.from(bytes));
      const purpose = Buffer.from('sm-access-token');
      const first = hmac(extracted, Buffer.concat([purpose, Buffer.of(1)]));
      const second = hmac(extracted, Buffer.concat([first, purpose, Buffer.of(2)]));
      expect(keyOfSeed(Buffer.from(bytes))).toEqual(Buffer.concat([first, second]));
    }),
  );
});

// Made by Python's hmac and OpenSSL's `enc -aes-256-cbc`, of these bytes: 0 to 15, 0 to 63, 16 to 31.
const counting = (from: number, to: number): Buffer =>
  Buffer.from(Array.from({ length: to - from }, (_, index) => from + index));

test('known vectors', () => {
  expect(keyOfSeed(counting(0, 16)).toString('base64')).toBe(
    'VlYhpAfupv4gyis7ZRhjX6G6Mnw/AQ3I5SKinkyT0UuKGOPCxvOzPMjn8rCk7eKF7nZqudu3bTX+ARBCaa0PmQ==',
  );
  expect(encrypt(counting(0, 64), 'first', counting(16, 32))).toBe(
    '2.EBESExQVFhcYGRobHB0eHw==|WhHG5GbyNbXChhuX0yn5eg==|fAC9rVSUfZ/24c4VAALoAaf+Nxu3xmdJ4yB3btcNZOg=',
  );
  expect(
    decrypt(
      counting(0, 64),
      '2.EBESExQVFhcYGRobHB0eHw==|WhHG5GbyNbXChhuX0yn5eg==|fAC9rVSUfZ/24c4VAALoAaf+Nxu3xmdJ4yB3btcNZOg=',
    ),
  ).toEqual({ ok: true, value: 'first' });
});

test('OpenSSL decrypts what is encrypted', () => {
  const [iv = '', data = ''] = encrypt(counting(0, 64), 'schön', counting(16, 32)).slice(2).split('|');
  const hex = (bytes: Buffer): string => bytes.toString('hex');
  const options = ['-K', hex(counting(0, 32)), '-iv', hex(Buffer.from(iv, 'base64'))];
  const read = execFileSync('openssl', ['enc', '-d', '-aes-256-cbc', ...options], {
    input: Buffer.from(data, 'base64'),
  });
  expect(read.toString('utf8')).toBe('schön');
});

test('what is encrypted is read again, each time in another form, and by no other key', () => {
  const [key, other] = [makeKey(), makeKey()];
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encrypted = encrypt(key, text);
      expect(decrypt(key, encrypted)).toEqual({ ok: true, value: text });
      expect(encrypt(key, text)).not.toBe(encrypted);
      expect(decrypt(other, encrypted)).toEqual({ ok: false, error: 'the MAC is that of another key' });
    }),
  );
});

test.each([
  ['', 'not an encrypted string of type 2'],
  ['0.AAAA|AAAA', 'not an encrypted string of type 2'],
  ['2.AAAA|AAAA|AAAA', 'a part has a wrong length'],
])('%j is refused', (text, error) => {
  expect(decrypt(makeKey(), text)).toEqual({ ok: false, error });
});

test('an access token is read as it was written, and its payload holds the key of the organisation', () => {
  const token = makeAccessToken();
  expect(parseAccessToken(formatAccessToken(token))).toEqual({ ok: true, value: token });
  expect(parseAccessToken(formatAccessToken(token).replace(/==$/, ''))).toEqual({ ok: true, value: token });
  const key = makeKey();
  expect(decrypt(keyOfSeed(token.seed), encryptedPayload(token, key))).toEqual({
    ok: true,
    value: JSON.stringify({ encryptionKey: key.toString('base64') }),
  });
});

test.each([
  '',
  '1.d4a6b8c2-0e13-4f57-8b91-6c2e4a7d9f08.s:AAAAAAAAAAAAAAAAAAAAAA==',
  '0.d4a6b8c2.s:AAAAAAAAAAAAAAAAAAAAAA==',
  '0.d4a6b8c2-0e13-4f57-8b91-6c2e4a7d9f08.s:AAAA',
  '0.d4a6b8c2-0e13-4f57-8b91-6c2e4a7d9f08.s',
  '0.d4a6b8c2-0e13-4f57-8b91-6c2e4a7d9f08:AAAAAAAAAAAAAAAAAAAAAA==',
])('%j is no access token', (text) => {
  expect(parseAccessToken(text)).toEqual({
    ok: false,
    error: 'an access token is 0.<UUID>.<secret>:<16 bytes in base64>',
  });
});

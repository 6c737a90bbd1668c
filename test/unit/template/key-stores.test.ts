import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderBytes, renderText } from '../../support/template-functions.ts';
import { describeWithOpenssl } from '../../support/with-program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-key-stores-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

interface Material {
  readonly certificate: string;
  readonly key: string;
}

const material = (key: string): Material => {
  const text = renderText(
    `{{ $c := genSelfSignedCertWithKey "host" nil nil 9 ${key} }}{{ $c.Cert }}{{ $c.Key }}`,
  );
  const at = text.indexOf('-----BEGIN', 1);
  return { certificate: text.slice(0, at), key: text.slice(at) };
};

const elliptic = material('(genPrivateKey "ecdsa")');

describeWithOpenssl('what pemToPkcs12Pass writes, to OpenSSL', () => {
  test('is read', () => {
    const store = renderBytes('{{ pemToPkcs12Pass .certificate .key "secret" | b64dec }}', { ...elliptic });
    writeFileSync(join(folder, 'ours.p12'), store);
    const output = openssl('pkcs12', '-in', 'ours.p12', '-passin', 'pass:secret', '-nodes').toString();
    expect(output).toContain(elliptic.certificate);
    expect(output).toContain('-----BEGIN PRIVATE KEY-----');
    expect(() => openssl('pkcs12', '-in', 'ours.p12', '-passin', 'pass:other', '-nodes')).toThrow();
  });
});

describe('what pemToPkcs12Pass writes', () => {
  test('differs each time, by its salts', () => {
    const write = (): string => renderText('{{ pemToPkcs12 .certificate .key }}', { ...elliptic });
    expect(write()).not.toBe(write());
  });
});

describeWithOpenssl('what OpenSSL writes is read', () => {
  const cases = [
    ['AES-256-CBC', 'sha256', 'secret'],
    ['AES-256-CBC', 'sha512', ''],
    ['AES-128-CBC', 'sha1', 'pä ß$'],
    ['PBE-SHA1-3DES', 'sha1', 'pä ß$'],
    ['PBE-SHA1-3DES', 'sha256', ''],
    ['NONE', 'sha256', 'secret'],
  ] as const;

  test.each(cases)('%s, %s, password "%s"', (algorithm, digest, password) => {
    writeFileSync(join(folder, 'in.pem'), elliptic.key + elliptic.certificate);
    const ciphers = ['-keypbe', algorithm, '-certpbe', algorithm, '-macalg', digest];
    const pass = ['-passout', `pass:${password}`];
    const store = openssl('pkcs12', '-export', '-in', 'in.pem', ...ciphers, ...pass);
    const data = { store, password };
    expect(renderText('{{ pkcs12certPass .password .store }}', data)).toBe(elliptic.certificate);
    const key = renderText('{{ pkcs12keyPass .password .store }}', data);
    writeFileSync(join(folder, 'key.pem'), key);
    expect(openssl('pkey', '-in', 'key.pem', '-pubout')).toEqual(openssl('pkey', '-in', 'in.pem', '-pubout'));
  });
});

describeWithOpenssl('a file of OpenSSL', () => {
  test('that asks for a billion rounds is refused before they are run', () => {
    writeFileSync(join(folder, 'in.pem'), elliptic.key + elliptic.certificate);
    const store = openssl('pkcs12', '-export', '-in', 'in.pem', '-passout', 'pass:x', '-iter', '2048');
    const count = Buffer.from('02020800', 'hex');
    const hostile = Buffer.from(store);
    // The last count is that of the MAC.
    Buffer.from('02027fff', 'hex').copy(hostile, hostile.lastIndexOf(count));
    expect(() =>
      renderText('{{ pkcs12keyPass "x" .store }}', { store: hostile }, { workBytes: 1024 * 1024 }),
    ).toThrow(/template: template:1/);
  });
});

test('a file with a bit changed is never taken', () => {
  const store = renderBytes('{{ pemToPkcs12Pass .certificate .key "secret" | b64dec }}', { ...elliptic });
  for (let at = 0; at < store.length; at += 29) {
    const broken = Buffer.from(store);
    broken[at] = (broken[at] ?? 0) ^ 1;
    expect(() => renderText('{{ pkcs12keyPass "secret" .store }}', { store: broken })).toThrow(
      'error calling pkcs12keyPass',
    );
  }
});

import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../lib/clock.ts';
import { openTransport } from '../../../../providers/http/transport.ts';
import { makeIdentity } from '../support/test-server.ts';
import {
  answering,
  failure,
  get,
  open,
  start,
  startPlain,
  trustedIdentity,
} from '../support/transport-harness.ts';

describe('servers that are refused before anything is sent', () => {
  test.each([
    ['http://127.0.0.1:1', 'invalid', '127.0.0.1:1 is an http server; only https is allowed'],
    ['ftp://127.0.0.1', 'invalid', 'the server is not a URL like https://host:port'],
    ['vault', 'invalid', 'the server is not a URL like https://host:port'],
    ['https://169.254.169.254', 'invalid', '169.254.169.254 is at an address that is refused: link-local'],
    ['https://2852039166', 'invalid', '169.254.169.254 is at an address that is refused: link-local'],
    [
      'https://[::ffff:169.254.169.254]:8200',
      'invalid',
      '[::ffff:a9fe:a9fe]:8200 is at an address that is refused: link-local',
    ],
  ])('%s', (server, code, message) => {
    expect(openTransport({ server, clock: systemClock })).toEqual({ ok: false, error: { code, message } });
  });

  test('one address may be permitted, and that one only', () => {
    const openAt = (server: string) =>
      openTransport({ server, clock: systemClock, allowHttp: true, permittedAddress: '169.254.170.23' }).ok;
    expect(openAt('http://169.254.170.23/v1/credentials')).toBe(true);
    expect(openAt('http://169.254.169.254')).toBe(false);
    expect(openAt('http://[::ffff:169.254.170.23]')).toBe(false);
  });

  test.each(['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'a caBundle that is none: %j',
    (caBundle) => {
      expect(openTransport({ server: 'https://store.test', caBundle, clock: systemClock })).toEqual({
        ok: false,
        error: {
          code: 'invalid',
          message: 'the caBundle for store.test is not a series of PEM certificates',
        },
      });
    },
  );

  test('a caBundle of several certificates serves', async () => {
    const server = await start(answering('{}'));
    const other = await makeIdentity({ commonName: 'another' });
    const transport = open({ server: server.url, caBundle: `${other.cert}\n${trustedIdentity().cert}\n` });
    expect((await get(transport, server.url)).ok).toBe(true);
  });

  test('a name that resolves to a metadata address', async () => {
    const transport = open({
      server: 'https://store.test:8200',
      resolve: (_hostname, _options, callback) => {
        callback(null, [{ address: '169.254.169.254', family: 4 }]);
      },
    });
    expect(await failure(transport, 'https://store.test:8200/')).toEqual({
      code: 'invalid',
      message: 'store.test:8200 is at an address that is refused: link-local',
    });
  });

  test('http where it is allowed', async () => {
    const server = await startPlain(answering('{}'));
    expect((await get(open({ server: server.url, allowHttp: true }), server.url)).ok).toBe(true);
  });
});

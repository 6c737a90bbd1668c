import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../lib/clock.ts';
import { openTransport } from '../../../../providers/http/transport.ts';
import { makeIdentity } from '../support/test-server.ts';
import { afterTest, answering, failure, get, open, start, startPlain } from '../support/transport-harness.ts';

describe('TLS', () => {
  const day = 24 * 60 * 60 * 1000;

  test('a certificate that nothing vouches for', async () => {
    const server = await start(answering('{}'));
    const opened = openTransport({ server: server.url, clock: systemClock });
    if (!opened.ok) throw new Error('not opened');
    const transport = opened.value;
    afterTest(() => {
      transport.close();
    });
    expect(await failure(transport, server.url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} has a certificate that is not trusted: self-signed; set caBundle to the certificate authority that signed it`,
    });
  });

  test.each([
    ['expired', -2 * day, -day, "has a certificate that is expired; renew it, or check this machine's clock"],
    ['not valid yet', day, 2 * day, "has a certificate that is not valid yet; check this machine's clock"],
  ])('a certificate that is %s', async (_name, from, to, sentence) => {
    const own = await makeIdentity({
      notBefore: new Date(Date.now() + from),
      notAfter: new Date(Date.now() + to),
    });
    const server = await start(answering('{}'), own);
    expect(await failure(open({ server: server.url, caBundle: own.cert }), server.url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} ${sentence}`,
    });
  });

  test('a certificate for another name, cured by serverName, which is also sent as SNI', async () => {
    const own = await makeIdentity({ names: ['vault.internal'], addresses: [] });
    const names: unknown[] = [];
    const server = await start((request, response) => {
      names.push((request.socket as { servername?: unknown }).servername);
      response.end('{}');
    }, own);
    expect(await failure(open({ server: server.url, caBundle: own.cert }), server.url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} has a certificate for another name: "127.0.0.1" is not in it; set tls.serverName to a name that is`,
    });
    const named = open({ server: server.url, caBundle: own.cert, serverName: 'vault.internal' });
    expect((await get(named, server.url)).ok).toBe(true);
    expect(names).toEqual(['vault.internal']);
    const wrong = open({ server: server.url, caBundle: own.cert, serverName: 'other.internal' });
    expect((await failure(wrong, server.url)).message).toContain('"other.internal" is not in it');
  });

  test('a name with a dot at its end is the same name, and is sent as SNI without it', async () => {
    const own = await makeIdentity({ names: ['vault.internal'], addresses: [] });
    const names: unknown[] = [];
    const server = await start((request, response) => {
      names.push((request.socket as { servername?: unknown }).servername);
      response.end('{}');
    }, own);
    const url = `https://vault.internal.:${server.port}`;
    const asked: string[] = [];
    const absolute = open({
      server: url,
      caBundle: own.cert,
      resolve: (hostname, _options, callback) => {
        asked.push(hostname);
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    expect((await get(absolute, url)).ok).toBe(true);
    expect({ asked, names }).toEqual({ asked: ['vault.internal.'], names: ['vault.internal'] });
  });

  test('a serverName that is an address', async () => {
    const own = await makeIdentity({ names: [], addresses: ['10.1.2.3'] });
    const server = await start(answering('{}'), own);
    const transport = open({ server: server.url, caBundle: own.cert, serverName: '10.1.2.3' });
    expect((await get(transport, server.url)).ok).toBe(true);
  });

  test('a server that speaks plain HTTP', async () => {
    const server = await startPlain(answering('{}'));
    const url = `https://127.0.0.1:${server.port}`;
    expect(await failure(open({ server: url }), url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} did not complete the TLS handshake; is it an http server?`,
    });
  });
});

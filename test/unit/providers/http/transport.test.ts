import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { answering, failure, get, open, start, startPlain, startRaw } from '../support/transport-harness.ts';

describe('an exchange', () => {
  test('sends method, path, query, headers and body over TLS, and gives status, headers and body', async () => {
    const seen: unknown[] = [];
    const server = await start((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push({ method, url, token: headers['x-token'], body: Buffer.concat(chunks).toString() });
        seen.push(headers['accept-encoding'], headers['user-agent'], headers.host);
        response.writeHead(418, { 'x-answer': 'yes' }).end('short');
      });
    });
    const outcome = await open({ server: server.url }).request({
      method: 'POST',
      url: `${server.url}/base/a%20b%2Fc/%25?version=3`,
      headers: { 'x-token': 't' },
      body: '{"a":1}',
    });
    expect(seen).toEqual([
      { method: 'POST', url: '/base/a%20b%2Fc/%25?version=3', token: 't', body: '{"a":1}' },
      'identity',
      'keyferry',
      `127.0.0.1:${server.port}`,
    ]);
    expect(outcome).toMatchObject({ ok: true, value: { status: 418, headers: { 'x-answer': 'yes' } } });
    expect(outcome.ok && outcome.value.body.reveal().toString()).toBe('short');
  });

  test('keeps its connection for the next request', async () => {
    const server = await start(answering('{}'));
    const transport = open({ server: server.url });
    await get(transport, server.url);
    await get(transport, server.url);
    expect(server.connections()).toBe(1);
  });

  test('is not for another server', async () => {
    const server = await start(answering('{}'));
    await expect(get(open({ server: server.url }), 'https://127.0.0.1:1/')).rejects.toThrow('another server');
  });

  test('what HTTP cannot carry is invalid, and not quoted', async () => {
    const server = await start(answering('{}'));
    const outcome = await open({ server: server.url }).request({
      method: 'GET',
      url: server.url,
      headers: { 'x-token': 'canary\nx' },
    });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid' } });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });
});

describe('answers that are refused', () => {
  const mebibyte = 1024 * 1024;

  test.each([301, 302, 307, 308])('a redirect (%d) is not followed', async (status) => {
    const elsewhere = await start(answering('{}'));
    const server = await start((_request, response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
    });
    const error = await failure(open({ server: server.url }), server.url);
    expect(error).toEqual({
      code: 'invalid',
      message: `127.0.0.1:${server.port} answered with a redirect (HTTP ${status}); redirects are not followed, name the server that answers itself`,
    });
    expect(elsewhere.connections()).toBe(0);
  });

  test.each([
    ['with its length', { 'content-length': String(mebibyte + 1) }],
    ['without its length', { 'transfer-encoding': 'chunked' }],
  ])('more than 1 MiB, %s', async (_name, headers) => {
    const server = await start((_request, response) => {
      response.writeHead(200, headers).end(Buffer.alloc(mebibyte + 1));
    });
    expect(await failure(open({ server: server.url }), server.url)).toEqual({
      code: 'invalid',
      message: `127.0.0.1:${server.port} sent an answer of more than ${mebibyte} bytes`,
    });
  });

  test('1 MiB is accepted', async () => {
    const server = await start((_request, response) => {
      response.end(Buffer.alloc(mebibyte));
    });
    const outcome = await get(open({ server: server.url }), server.url);
    expect(outcome.ok && outcome.value.body.reveal().byteLength).toBe(mebibyte);
  });

  test('a compressed answer, which may unpack to any size', async () => {
    const server = await start((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(mebibyte)));
    });
    expect(await failure(open({ server: server.url }), server.url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} answered in an encoding that was not asked for`,
    });
  });

  test.each([
    ['cut short', { 'content-length': '100' }],
    ['cut within a chunked body', { 'transfer-encoding': 'chunked' }],
  ])('%s', async (_name, headers) => {
    const server = await start((_request, response) => {
      response.writeHead(200, headers);
      response.write('{"data":', () => response.destroy());
    });
    expect(await failure(open({ server: server.url }), server.url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} closed the connection before its answer was complete`,
    });
  });

  test('an answer that is not HTTP', async () => {
    const server = await startRaw((socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n'));
    const transport = open({ server: `http://${server}`, allowHttp: true });
    expect(await failure(transport, `http://${server}`)).toEqual({
      code: 'unavailable',
      message: `${server} does not answer with HTTP`,
    });
  });
});

describe('connections that fail', () => {
  test('nothing listens', async () => {
    const server = await startPlain(answering('{}'));
    await server.close();
    const url = `https://127.0.0.1:${server.port}`;
    expect(await failure(open({ server: url }), url)).toEqual({
      code: 'unavailable',
      message: `127.0.0.1:${server.port} refused the connection`,
    });
  });

  test.each([
    ['ENOTFOUND', 'store.test:443 cannot be reached: its name does not resolve'],
    ['EAI_AGAIN', 'store.test:443 cannot be reached: the name server does not answer'],
    ['ESOMETHING', 'store.test:443 cannot be reached (ESOMETHING)'],
  ])('the name does not resolve: %s', async (code, message) => {
    const transport = open({
      server: 'https://store.test',
      resolve: (_hostname, _options, callback) => {
        callback(Object.assign(new Error('no'), { code }), []);
      },
    });
    expect(await failure(transport, 'https://store.test/')).toEqual({ code: 'unavailable', message });
  });

  test('a kept connection that the server has closed is replaced once for a GET, for a POST only if told', async () => {
    const seen = new WeakSet<Socket>();
    const server = await start((request, response) => {
      if (seen.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      seen.add(request.socket);
      response.end('{}');
    });
    const transport = open({ server: server.url });
    expect((await get(transport, server.url)).ok).toBe(true);
    expect((await get(transport, server.url)).ok).toBe(true);
    expect(server.connections()).toBe(2);
    const post = await transport.request({ method: 'POST', url: server.url, headers: {}, body: '{}' });
    expect(post).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(server.connections()).toBe(2);
    await get(transport, server.url);
    const request = { method: 'POST', url: server.url, headers: {}, body: Buffer.from('{}') } as const;
    expect((await transport.request({ ...request, repeatable: true })).ok).toBe(true);
    expect(server.connections()).toBe(4);
  });

  test('one request may take a longer answer than the others', async () => {
    const server = await start(answering('x'.repeat(100)));
    const transport = open({ server: server.url, maximumBytes: 99 });
    const request = { method: 'GET', url: server.url, headers: {} } as const;
    expect((await failure(transport, server.url)).message).toContain('more than 99 bytes');
    expect((await transport.request({ ...request, maximumBytes: 100 })).ok).toBe(true);
  });

  test('a new connection that is closed is not tried again', async () => {
    const server = await start((request) => {
      request.socket.destroy();
    });
    expect(await failure(open({ server: server.url }), server.url)).toMatchObject({ code: 'unavailable' });
    expect(server.connections()).toBe(1);
  });

  test('closing ends what is under way', async () => {
    const arrived = Promise.withResolvers<unknown>();
    const server = await start(arrived.resolve);
    const transport = open({ server: server.url });
    const outcome = get(transport, server.url);
    await arrived.promise;
    transport.close();
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  });
});

import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Redacted } from '../../../../lib/redacted.ts';
import { create } from '../../../../providers/vault/axios-stub.ts';
import { openClient } from '../../../../providers/vault/client.ts';
import { open, start, startPlain } from '../support/transport-harness.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const startRecorder = async (seen: Seen[], status = 200, text = '{"data":{}}') =>
  start((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });

describe('requests to Vault', () => {
  test('carry token, namespace and body of the call, and nothing else', async () => {
    const seen: Seen[] = [];
    const server = await startRecorder(seen);
    const client = openClient(open({ server: server.url }), `${server.url}/proxied`);
    await client.send({
      method: 'read',
      path: 'kv/data/a%20b?version=2',
      token: new Redacted('t'),
      namespace: 'team/a',
    });
    await client.send({ method: 'write', path: 'auth/jwt/login', body: { role: 'r', jwt: 'j' } });
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/proxied/v1/kv/data/a%20b?version=2', ''],
      ['POST', '/proxied/v1/auth/jwt/login', '{"role":"r","jwt":"j"}'],
    ]);
    expect(seen[0]?.headers).toMatchObject({
      'x-vault-token': 't',
      'x-vault-namespace': 'team/a',
      'x-vault-request': 'true',
      accept: 'application/json',
    });
    expect(seen[1]?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(seen[1]?.headers).not.toHaveProperty('x-vault-token');
    expect(seen[1]?.headers).not.toHaveProperty('x-vault-namespace');
  });

  test('give every status and body through, as an outcome', async () => {
    const server = await startRecorder([], 403, '{"errors":["permission denied"]}');
    const outcome = await openClient(open({ server: server.url }), server.url).send({
      method: 'read',
      path: 'x',
    });
    expect(outcome).toMatchObject({ ok: true, value: { status: 403 } });
    expect(outcome.ok && outcome.value.body.reveal().toString()).toBe('{"errors":["permission denied"]}');
  });

  test('can be cancelled', async () => {
    const server = await startRecorder([]);
    const controller = new AbortController();
    controller.abort();
    const outcome = await openClient(open({ server: server.url }), server.url).send({
      method: 'read',
      path: 'x',
      signal: controller.signal,
    });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'timeout' } });
  });
});

describe("the environment of Vault's own tools", () => {
  const before = { ...process.env };
  beforeEach(() => {
    Object.assign(process.env, {
      VAULT_ADDR: 'http://127.0.0.1:1',
      VAULT_PREFIX: '/elsewhere',
      VAULT_TOKEN: 'env-token',
      VAULT_NAMESPACE: 'env-namespace',
      VAULT_SKIP_VERIFY: 'true',
      DEBUG: '*',
      HTTPS_PROXY: 'http://127.0.0.1:1',
    });
    jest.resetModules();
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    jest.restoreAllMocks();
  });

  test('has no influence, and nothing is printed', async () => {
    const printed: unknown[] = [];
    const print = (chunk: unknown): boolean => {
      printed.push(chunk);
      return true;
    };
    jest.spyOn(process.stderr, 'write').mockImplementation(print);
    jest.spyOn(process.stdout, 'write').mockImplementation(print);
    const fresh = await import('../../../../providers/vault/client.ts');
    const seen: Seen[] = [];
    const server = await startRecorder(seen);
    const client = fresh.openClient(open({ server: server.url }), server.url);
    const written = await client.send({ method: 'write', path: 'auth/jwt/login', body: { jwt: 'canary' } });
    expect(written.ok).toBe(true);
    expect(seen).toMatchObject([{ url: '/v1/auth/jwt/login', body: '{"jwt":"canary"}' }]);
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.startsWith('x-vault'))).toEqual([
      'x-vault-request',
    ]);
    expect(printed).toEqual([]);
    const untrusted = fresh.openClient(open({ server: server.url, serverName: 'other.test' }), server.url);
    expect(await untrusted.send({ method: 'read', path: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'unavailable' },
    });
  });
});

test('what stands in for axios is never called: the transport is ours', async () => {
  const server = await startPlain((_request, response) => response.end('{}'));
  const transport = open({ server: server.url, allowHttp: true });
  expect((await openClient(transport, server.url).send({ method: 'read', path: 'x' })).ok).toBe(true);
  expect(create).toThrow('node-vault was opened without a transport');
});

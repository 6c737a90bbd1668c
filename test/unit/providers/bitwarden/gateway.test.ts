import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../lib/clock.ts';
import { providerError } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok } from '../../../../lib/result.ts';
import { openGateway, type Gateway, type Passage } from '../../../../providers/bitwarden/gateway.ts';
import type { HttpRequest, Transport } from '../../../../providers/http/transport.ts';

const id = '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';

let sent: HttpRequest[];
let passages: Passage[];
let answer: Awaited<ReturnType<Transport['request']>>;
let gateway: Gateway;

const transport = (server: string): Transport => ({
  server,
  request: (request) => {
    sent.push(request);
    return Promise.resolve(answer);
  },
  close: () => undefined,
});

beforeEach(async () => {
  [sent, passages] = [[], []];
  answer = ok({
    status: 200,
    headers: {
      'content-type': 'application/json',
      'set-cookie': ['a'],
      date: 'Thu, 01 Jan 2026 00:00:10 GMT',
    },
    body: new Redacted(Buffer.from('{}')),
  });
  gateway = await openGateway({
    store: {
      ...{ type: 'bitwardensecretsmanager', organizationId: id, projectId: id, allowHttp: false },
      apiUrl: 'https://bitwarden.test/api',
      identityUrl: 'https://identity.test',
      token: { name: 'a', key: 'b' },
    },
    transports: { api: transport('bitwarden.test:443'), identity: transport('identity.test:443') },
    context: { clock: systemClock, record: () => undefined },
    onPassage: (passage) => {
      passages.push(passage);
    },
  });
});
afterEach(() => {
  gateway.close();
});

describe('the gateway', () => {
  test('forwards what the SDK needs, to the server that it is for, and nothing else of the request', async () => {
    const headers = { authorization: 'Bearer x', 'x-other': 'y', cookie: 'z' };
    const response = await fetch(`${gateway.apiUrl}/secrets/${id}`, { headers });
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(response.headers.get('set-cookie')).toBeNull();
    const form = { method: 'POST', body: new URLSearchParams({ client_secret: 's' }) };
    expect((await fetch(`${gateway.identityUrl}/connect/token`, form)).status).toBe(200);
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET https://bitwarden.test/api/secrets/${id}`,
      'POST https://identity.test/connect/token',
    ]);
    expect(sent[0]?.headers).toMatchObject({ authorization: 'Bearer x' });
    expect(Object.keys(sent[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['x-other']));
    expect(Object.keys(sent[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']));
    expect(String(sent[1]?.body)).toBe('client_secret=s');
    expect(passages.map(({ operation, error }) => [operation, error])).toEqual([
      ['read', undefined],
      ['login', undefined],
    ]);
  });

  test('has a time that is before everything the answer may lack', async () => {
    await fetch(`${gateway.apiUrl}/secrets/${id}`);
    const time = passages[0]?.serverTime ?? 0;
    expect(time).toBeLessThanOrEqual(Date.UTC(2026, 0, 1, 0, 0, 9));
    expect(time).toBeGreaterThan(Date.UTC(2026, 0, 1, 0, 0, 9) - 5_000);
  });

  test('is for those who know its path, and for reading alone', async () => {
    const { origin, pathname } = new URL(gateway.apiUrl);
    const guessed = pathname.replace(/^\/[^/]+/, (secret) => `/${'A'.repeat(secret.length - 1)}`);
    const urls = [
      origin,
      `${origin}/api/secrets/${id}`,
      `${origin}${guessed}/secrets/${id}`,
      `${gateway.apiUrl}/projects/${id}`,
    ];
    for (const url of urls) expect((await fetch(url)).status).toBe(403);
    expect((await fetch(`${gateway.apiUrl}/secrets/${id}`, { method: 'PUT', body: '{}' })).status).toBe(403);
    expect((await fetch(`${gateway.apiUrl}/secrets/${id}`, { method: 'DELETE' })).status).toBe(403);
    expect(sent).toEqual([]);
  });

  test('takes no more of a body than the SDK has to send', async () => {
    const request = { method: 'POST', body: 'x'.repeat(64 * 1024 + 1) };
    expect((await fetch(`${gateway.apiUrl}/secrets/get-by-ids`, request)).status).toBe(413);
    expect(sent).toEqual([]);
  });

  test('tells what went wrong, and gives the SDK nothing of it', async () => {
    answer = err(providerError('timeout', 'bitwarden.test:443 sent no answer within 10 s'));
    const failed = await fetch(`${gateway.apiUrl}/secrets/${id}`);
    expect([failed.status, await failed.text()]).toEqual([502, '']);
    answer = ok({ status: 400, headers: {}, body: new Redacted(Buffer.from('a value')) });
    const refused = await fetch(`${gateway.identityUrl}/connect/token`, { method: 'POST' });
    expect([refused.status, await refused.text()]).toEqual([400, '']);
    expect(passages.map(({ error }) => error?.code)).toEqual(['timeout', 'unauthenticated']);
  });

  test('closed, it is gone with what is under way', async () => {
    gateway.close();
    await expect(fetch(`${gateway.apiUrl}/secrets/${id}`)).rejects.toThrow('fetch failed');
  });
});

import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/log.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { logInAtPodIdentity } from '../../../../providers/aws/pod-identity.ts';
import { startPlain } from '../support/transport-harness.ts';

const credentials = {
  AccessKeyId: 'a',
  SecretAccessKey: 'b',
  Token: 'c',
  Expiration: new Date(Date.now() + 3_600_000).toISOString(),
};

const logIn = async (uri: string, readToken = () => Promise.resolve(new Redacted('t0ken'))) => {
  const records: string[] = [];
  const outcome = await logInAtPodIdentity(
    { uri, readToken },
    {
      clock: systemClock,
      log: silentLogger,
      session: { load: () => undefined, save: () => undefined },
      readToken,
      resolvePath: (path) => path,
      record: ({ operation, outcome: result }) => records.push(`${operation} ${result}`),
    },
  );
  return { outcome, records, said: outcome.ok ? 'ok' : `${outcome.error.code}: ${outcome.error.message}` };
};

const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  startPlain((_request, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });

describe('the agent of Pod Identity', () => {
  test('is given the token, and its credentials are taken', async () => {
    const seen: unknown[] = [];
    const server = await startPlain((request, response) => {
      seen.push([request.method, request.url, request.headers.authorization]);
      response.end(JSON.stringify(credentials));
    });
    const { outcome, records } = await logIn(`${server.url}/v1/credentials`);
    expect(seen).toEqual([['GET', '/v1/credentials', 't0ken']]);
    expect(outcome).toMatchObject({ ok: true, value: { name: "the Pod Identity association's role" } });
    expect(records).toEqual(['login ok']);
  });

  test.each([
    'http://example.test/v1/credentials',
    'http://169.254.169.254/latest',
    'http://169.254.170.2/v1',
    'http://127.0.0.1.evil.test/',
    'http://10.0.0.1/',
    'http://[::2]/',
    'ftp://127.0.0.1/',
    'no url',
  ])('is not %s', async (uri) => {
    const { said, records } = await logIn(uri, () => Promise.reject(new Error('the token was read')));
    expect(said).toMatch(/^invalid: /);
    expect(records).toEqual([]);
  });

  test.each(['http://169.254.170.23/v1/credentials', 'http://[fd00:ec2::23]/v1/credentials'])(
    'may be at %s, though nothing else is asked there',
    async (uri) => {
      const { said } = await logIn(uri, () => Promise.reject(new Error('canary')));
      expect(said).toBe("unauthenticated: the pod's token for Pod Identity cannot be read");
    },
  );

  test('may be an https server, but not at an address that is guarded', async () => {
    expect((await logIn('https://169.254.169.254/')).said).toBe(
      'invalid: 169.254.169.254 is at an address that is refused: link-local',
    );
  });

  test.each<[number, unknown, string]>([
    [400, 'canary', 'unauthenticated: the Pod Identity agent gave no credentials (HTTP 400): the Service'],
    [404, 'canary', 'unauthenticated: the Pod Identity agent gave no credentials (HTTP 404): the Service'],
    [429, 'canary', 'throttled: the Pod Identity agent asks for fewer requests (HTTP 429)'],
    [500, 'canary', 'unavailable: the Pod Identity agent failed inside (HTTP 500)'],
    [503, 'canary', 'unavailable: the Pod Identity agent failed inside (HTTP 503)'],
    [200, 'canary', "unavailable: the answer is not the Pod Identity agent's: it has no credentials"],
    [200, { ...credentials, Token: '' }, "unavailable: the answer is not the Pod Identity agent's"],
    [200, { ...credentials, Expiration: 'soon' }, "unavailable: the answer is not the Pod Identity agent's"],
  ])('that answers %i with %j', async (status, body, expected) => {
    const server = await answering(status, body);
    const { said, outcome } = await logIn(server.url);
    expect(said.slice(0, expected.length)).toBe(expected);
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  test('is asked once more where the kubelet replaced the token meanwhile', async () => {
    const seen: unknown[] = [];
    const server = await startPlain((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(seen.length === 1 ? 400 : 200).end(JSON.stringify(credentials));
    });
    const tokens = ['old', 'new'];
    const { said, records } = await logIn(server.url, () =>
      Promise.resolve(new Redacted(tokens.shift() ?? '')),
    );
    expect([said, seen]).toEqual(['ok', ['old', 'new']]);
    expect(records).toEqual(['login unauthenticated', 'login ok']);
  });

  test('that is busy says until when', async () => {
    const server = await answering(429, '', { 'retry-after': '3' });
    const { outcome } = await logIn(server.url);
    expect(outcome).toMatchObject({ error: { retryAfterMs: 3_000 } });
  });
});

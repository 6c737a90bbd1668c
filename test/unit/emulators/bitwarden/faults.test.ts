import { describe, expect, test } from '@jest/globals';
import { parseFault } from '../../../emulators/bitwarden/faults/fault.ts';
import { ask, bearerOf, formOf, ids, sdkProcess, sendForm, startFixture, startServer } from './fixture.ts';
import type { Fault } from '../../../emulators/bitwarden/faults/fault.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const server = 'Received error message from server:';
const url = /^error sending request for url \(https:\/\/127\.0\.0\.1:\d+\/api\/secrets\/[0-9a-f-]+\)$/;

describe('the SDK says, and lives on, where', () => {
  test.each<[Fault, string | RegExp]>([
    [{ kind: 'reset' }, url],
    [{ kind: 'reset-mid-body' }, 'error decoding response body'],
    [{ kind: 'truncated-json' }, /^EOF while parsing a string at line 1 column \d+$/],
    [{ kind: 'html' }, 'expected value at line 1 column 1'],
    [{ kind: 'empty-body' }, 'EOF while parsing a value at line 1 column 0'],
    [{ kind: 'error-body' }, 'The response received was missing a required field: response.key'],
    [{ kind: 'wrong-key' }, "Cryptography error, The cipher's MAC doesn't match the expected value"],
    [{ kind: 'redirect', location: '/elsewhere' }, `${server} [404 Not Found] `],
    [
      { kind: 'throttled' },
      /^Received .* \[429 Too Many Requests\] \{"message":"Slow down! Too many requests\. /,
    ],
    [
      { kind: 'status', status: 503 },
      /^Received .* \[503 Service Unavailable\] \{"message":"An error has occurred/,
    ],
  ])('the answer is %j', async (fault, message) => {
    const { bitwarden, sdk } = await startFixture();
    bitwarden.faults.add({ ...fault, operation: 'getSecret', times: 1 });
    const said = await sdk('get', ids.feed).then(String, messageOf);
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    expect(bitwarden.requests.list({ operation: 'getSecret' })).toMatchObject([{ fault: fault.kind }]);
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
    expect(sdkProcess.isAlive).toBe(true);
  });

  test('nobody listens, until somebody does again', async () => {
    const { bitwarden, sdk } = await startFixture();
    await bitwarden.refuseConnections();
    await expect(sdk('get', ids.feed)).rejects.toThrow(url);
    await bitwarden.acceptConnections();
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
  });

  test('the certificate is from another authority', async () => {
    const { bitwarden } = await startServer({ certificate: undefined });
    const login = sdkProcess.client(bitwarden)('login', bitwarden.accessToken('broker'));
    await expect(login).rejects.toThrow(/^error sending request for url /);
    expect(bitwarden.requests.list()).toEqual([]);
  });
});

test('the SDK does not mind a huge body, nor answers that take their time', async () => {
  const { bitwarden, clock, sdk } = await startFixture();
  bitwarden.faults.add({ kind: 'huge-body', times: 1 });
  expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
  for (const [kind, pieces] of [
    ['slow-headers', 1],
    ['slow-body', 4],
  ] as const) {
    bitwarden.faults.add({ kind, milliseconds: 60_000, times: 1 });
    const slow = sdk('get', ids.feed);
    for (let piece = 0; piece < pieces; piece += 1) {
      await clock.sleeping();
      await clock.advance(60_000 / pieces);
    }
    expect(await slow).toMatchObject({ value: 'first' });
  }
});

test('the SDK waits without end, and for each call by itself', async () => {
  const { bitwarden, sdk } = await startFixture();
  bitwarden.faults.add({ kind: 'hang', operation: 'getSecret' });
  const hanging = sdk('get', ids.feed).catch(messageOf);
  expect(await sdk('list', ids.organization)).toMatchObject({ data: [{ id: ids.feed }] });
  bitwarden.faults.clear();
  expect(await hanging).toMatch(url);
});

test('the SDK speaks plain HTTP where it is told to', async () => {
  const { bitwarden } = await startServer({ httpPort: 0 });
  const plain = bitwarden.httpUrl ?? '';
  const sdk = sdkProcess.client({ apiUrl: `${plain}/api`, identityUrl: `${plain}/identity` });
  await sdk('login', bitwarden.accessToken('broker'));
  expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
});

test('the SDK repeats a login and its secret wherever it is sent to', async () => {
  const [from, to] = [await startServer(), await startServer({ httpPort: 0 })];
  const location = `${to.bitwarden.httpUrl ?? ''}/connect/token`;
  from.bitwarden.faults.add({ kind: 'redirect', location, path: 'connect/token' });
  const login = sdkProcess.client(from.bitwarden)('login', from.bitwarden.accessToken('broker'));
  await expect(login).rejects.toThrow('{"error":"invalid_client"}');
  expect(to.bitwarden.requests.counters()).toEqual({ 'login 400': 1 });
});

test('faults carry what they are told', async () => {
  const { bitwarden } = await startServer();
  const bearer = await bearerOf(bitwarden);
  bitwarden.faults.add({
    kind: 'status',
    status: 500,
    retryAfter: 7,
    message: 'x',
    path: 'secrets/*',
    times: 1,
  });
  const status = await ask(bitwarden, bearer, `secrets/${ids.feed}`);
  expect(status).toMatchObject({ status: 500, headers: { 'retry-after': '7' }, body: { message: 'x' } });
  bitwarden.faults.add({ kind: 'throttled', method: 'GET', times: 1 });
  const login = await sendForm(bitwarden, formOf(bitwarden.accessToken('broker')));
  expect([login.status, login.headers.date]).toEqual([200, 'Thu, 01 Jan 2026 00:00:00 GMT']);
  const throttled = await ask(bitwarden, bearer, `secrets/${ids.feed}`);
  expect(throttled).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
});

test.each([
  [{ kind: 'odd' }, 'fault.kind: Invalid discriminator value. Expected '],
  [{ kind: 'reset', sometimes: 1 }, 'fault: Unrecognized key: "sometimes"'],
  [{ kind: 'slow-body' }, 'fault.milliseconds: Invalid input: expected number, received undefined'],
])('%j is no fault', (data, error) => {
  expect(parseFault(data)).toEqual({ ok: false, error: expect.stringContaining(error) });
});

import { expect, test } from '@jest/globals';
import { parseLimits, RateLimit } from '../../../emulators/bitwarden/rate-limit.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { ask, bearerOf, ids, startFixture, startServer } from './fixture.ts';

test('too many requests are told to slow down, until their minute is over', async () => {
  const { bitwarden, clock, sdk } = await startFixture();
  bitwarden.limit({ endpoint: 'get:*', period: '1m', limit: 2 });
  await sdk('get', ids.feed);
  await clock.advance(10_000);
  await sdk('list', ids.organization);
  const refused = sdk('get', ids.feed);
  await expect(refused).rejects.toThrow(
    '[429 Too Many Requests] {"message":"Slow down! Too many requests. Try again in 1m."',
  );
  // What the rule does not fit goes on.
  await sdk('login', bitwarden.accessToken('broker'));
  await clock.advance(50_000);
  expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
  expect(bitwarden.requests.counters()).toMatchObject({ 'getSecret 200': 2, 'getSecret 429': 1 });
  bitwarden.limit();
  for (let more = 0; more < 3; more += 1) await sdk('get', ids.feed);
});

test('the answer says how long to wait', async () => {
  const { bitwarden, clock } = await startServer({
    limits: [{ endpoint: 'get:/secrets/*', period: '1m', limit: 1 }],
  });
  const bearer = await bearerOf(bitwarden);
  await ask(bitwarden, bearer, `secrets/${ids.feed}`);
  await clock.advance(17_500);
  const { status, headers, body } = await ask(bitwarden, bearer, `secrets/${ids.feed}`);
  expect([status, headers['retry-after'], body?.['object']]).toEqual([429, '43', 'error']);
});

test('every rule that fits counts, and refused requests do not', async () => {
  const clock = new ManualClock();
  const limits = new RateLimit(clock, [
    { endpoint: '*', period: '1h', limit: 3 },
    { endpoint: 'POST:/connect/token', period: '1s', limit: 1 },
  ]);
  const login = (): unknown => limits.take('POST', 'connect/token');
  const fine = { ok: true, value: undefined };
  expect(login()).toEqual(fine);
  for (let again = 0; again < 5; again += 1)
    expect(login()).toEqual({ ok: false, error: { period: '1s', retryAfterSeconds: 1 } });
  await clock.advance(1000);
  expect([login(), limits.take('GET', 'x')]).toEqual([fine, fine]);
  await clock.advance(1000);
  expect(login()).toEqual({ ok: false, error: { period: '1h', retryAfterSeconds: 3598 } });
});

test('rules are checked', () => {
  const good = [{ endpoint: 'get:*', period: '15m', limit: 0 }];
  expect(parseLimits(good)).toEqual({ ok: true, value: good });
  expect(parseLimits([{ endpoint: '', period: '1w', limit: -1 }])).toEqual({
    ok: false,
    error:
      'limits.0.endpoint: Too small: expected string to have >=1 characters; limits.0.period: must be 1s, 5m, 1h or 1d; ' +
      'limits.0.limit: Too small: expected number to be >=0',
  });
  expect(() => new RateLimit(new ManualClock(), [{ endpoint: '*', period: '0s', limit: 1 }])).toThrow(
    '0s is no period: 1s, 5m, 1h or 1d',
  );
});

import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { makeServerCertificate } from '../emulators/shared/certificate.ts';
import type { Fault } from '../emulators/bitwarden/faults/fault.ts';
import { leaksOf } from '../support/canary.ts';
import { until, untilAdvancing } from '../support/until.ts';
import { canaries, lineOf, startGame } from './bitwarden-harness.ts';

const operations = ['login', 'syncSecrets', 'getSecret'] as const;

const shown = (value: unknown): string => inspect(value, { depth: 20, showHidden: true });

describe('logging in', () => {
  test('anew where the server does not take the session any more, once', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { lines, records } = await open();
    await lines('db');
    bitwarden.endSessions();
    await clock.advance(10_000);
    expect(await lines('db')).toEqual([`${canaries.db}1`]);
    expect(records).toEqual([
      ...['login ok', 'sync ok', 'read ok'],
      ...['sync unauthenticated', 'login ok', 'sync ok', 'read ok'],
    ]);
  });

  test('anew where the credential is another, and with nothing of the old', async () => {
    const { bitwarden, clock, open } = await startGame();
    let token = bitwarden.accessToken('broker');
    const { lines, records } = await open({ credential: () => token });
    await lines('db');
    bitwarden.createMachineAccount('narrow', { projects: ['other'] });
    token = bitwarden.accessToken('narrow');
    await clock.advance(10_000);
    expect(await lines('db')).toEqual([expect.stringMatching(/^not_found: /)]);
    token = bitwarden.accessToken('broker');
    await clock.advance(10_000);
    expect(await lines('db')).toEqual([`${canaries.db}1`]);
    expect(records.filter((record) => record === 'login ok')).toHaveLength(3);
  });

  test('with a token that is revoked, wrong, or none says so', async () => {
    const { bitwarden, open } = await startGame();
    const token = bitwarden.accessToken('broker');
    const [server] = [new URL(bitwarden.url).host];
    const { lines } = await open({ credential: () => 'no token' });
    expect(await lines('db')).toEqual([
      'invalid: the credential is no access token of a machine account (0.<id>.<secret>:<key>)',
    ]);
    const otherKey = `${token.split(':')[0]!}:${Buffer.alloc(16, 7).toString('base64')}`;
    const cut = await open({ credential: () => otherKey });
    expect(await cut.lines('db')).toEqual([
      "unauthenticated: the machine account's access token has another key than the one that Bitwarden has its organization key encrypted with: is it copied whole?",
    ]);
    bitwarden.revokeAccessToken(token);
    const revoked = await open({ credential: () => token });
    expect(await revoked.lines('db', 'api')).toEqual(
      Array.from(
        { length: 2 },
        () =>
          `unauthenticated: ${server} refused the machine account's access token: it is wrong, expired or revoked (HTTP 400)`,
      ),
    );
    expect(revoked.records).toEqual(['login unauthenticated']);
  });

  test('of another organization is not mistaken for the store', async () => {
    const { bitwarden, open } = await startGame();
    const organizationId = '9c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';
    const { lines } = await open({ store: { organizationId } });
    const { host } = new URL(bitwarden.url);
    expect(await lines('db')).toEqual([
      `denied: ${host} has no such organization for this machine account: check organizationID and apiURL (HTTP 404)`,
    ]);
  });
});

describe('servers that misbehave', () => {
  test.each(operations)('too many requests for %s: throttled, with the time to wait', async (operation) => {
    const { bitwarden, open } = await startGame();
    const { read } = await open();
    bitwarden.faults.add({ kind: 'throttled', retryAfter: 7, operation });
    const [outcome] = await read('db');
    expect(outcome).toEqual({
      ok: false,
      error: {
        code: 'throttled',
        message: `${new URL(bitwarden.url).host} is asked too often (HTTP 429)`,
        retryAfterMs: 7_000,
      },
    });
    bitwarden.faults.clear();
    expect((await read('db')).map(lineOf)).toEqual([`${canaries.db}1`]);
  });

  const cases: readonly (readonly [Fault, RegExp])[] = [
    [{ kind: 'status', status: 500, message: canaries.db }, /^unavailable: .* failed \(HTTP 500\)$/],
    [{ kind: 'status', status: 418, message: canaries.db }, /^unavailable: .* failed \(HTTP 418\)$/],
    [{ kind: 'error-body', message: canaries.db }, /^unavailable: the answer is not one of Bitwarden's$/],
    [{ kind: 'truncated-json' }, /^unavailable: the answer is not one of Bitwarden's$/],
    [{ kind: 'html' }, /^unavailable: the answer is not one of Bitwarden's$/],
    [{ kind: 'empty-body' }, /^unavailable: the answer is not one of Bitwarden's$/],
    [{ kind: 'reset' }, /^unavailable: .* closed the connection before its answer was complete$/],
    [{ kind: 'reset-mid-body' }, /^unavailable: .* closed the connection before its answer was complete$/],
    [{ kind: 'wrong-key' }, /^(unauthenticated|invalid): .* key/],
    [{ kind: 'huge-body', bytes: 17 * 1024 * 1024 }, /^invalid: .* sent an answer of more than \d+ bytes$/],
    [
      { kind: 'redirect', location: 'https://elsewhere.test/' },
      /^invalid: .* answered with a redirect \(HTTP 30\d\); redirects are not followed/,
    ],
  ];
  test.each(cases)('%j', async (fault, sentence) => {
    const { bitwarden, open, clock } = await startGame();
    const { lines, logs, records } = await open();
    for (const operation of operations) {
      bitwarden.faults.clear();
      bitwarden.faults.add({ ...fault, operation });
      const outcomes = await lines('db');
      expect(outcomes).toEqual([expect.stringMatching(sentence)]);
      expect(
        leaksOf(Object.values(canaries), { outcomes: shown(outcomes), logs: shown([logs, records]) }),
      ).toEqual([]);
      bitwarden.faults.clear();
      await clock.advance(10_000);
      expect(await lines('db')).toEqual([`${canaries.db}1`]);
      bitwarden.endSessions();
      bitwarden.rotate('api', canaries.api);
      await clock.advance(10_000);
    }
  });

  test.each(operations)(
    'one that does not answer %s is given up, and the next read works',
    async (operation) => {
      const { bitwarden, clock, open } = await startGame();
      const { lines } = await open();
      await lines('db');
      bitwarden.endSessions();
      await clock.advance(10_000);
      const fault = bitwarden.faults.add({ kind: 'hang', operation });
      let outcomes: string[] | undefined;
      void lines('db').then((read) => (outcomes = read));
      await until(() => fault.hits > 0);
      await untilAdvancing(clock, () => outcomes !== undefined);
      expect(outcomes).toEqual([expect.stringMatching(/^timeout: .* sent no answer within 10 s$/)]);
      bitwarden.faults.clear();
      expect(await lines('db')).toEqual([`${canaries.db}1`]);
    },
  );

  test("http, a metadata address and a stranger's certificate get no token", async () => {
    const { bitwarden, open } = await startGame();
    const { host } = new URL(bitwarden.url);
    const plain = await open({ store: { apiUrl: 'http://bitwarden.test/api' } });
    expect(await plain.lines('db')).toEqual([
      'invalid: bitwarden.test is an http server; only https is allowed',
    ]);
    const metadata = await open({
      store: { identityUrl: 'https://metadata.test/identity' },
      resolveHost: (_host, _options, callback) => {
        callback(null, [{ address: '169.254.169.254', family: 4 }]);
      },
    });
    expect(await metadata.lines('db')).toEqual([
      'invalid: metadata.test:443 is at an address that is refused: link-local',
    ]);
    const { ca } = await makeServerCertificate(['elsewhere.test'], Date.now());
    const strange = await open({ store: { caBundle: ca } });
    expect(await strange.lines('db')).toEqual([
      expect.stringContaining(`${host} has a certificate that is not trusted`),
    ]);
    expect(bitwarden.requests.count()).toBe(0);
  });
});

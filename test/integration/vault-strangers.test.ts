import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { Redacted } from '../../lib/redacted.ts';
import { openVault } from '../../providers/vault/open.ts';
import { start, trustedIdentity } from '../unit/providers/support/transport-harness.ts';

type Answer = readonly [status: number, contentType: string, body: string];

const json = (status: number, body: string): Answer => [status, 'application/json', body];

const login = json(200, '{"auth":{"client_token":"t","lease_duration":900,"renewable":true,"num_uses":0}}');
const mounts = json(
  200,
  '{"data":{"auth":{},"secret":{"kv/":{"type":"kv","options":{"version":"2"}},"old/":{"type":"kv","options":null}}}}',
);

/** Reads one key from a server that answers each path as it is told, Vault or not. */
const readFrom = async (answers: Readonly<Record<string, Answer>>, key: string): Promise<string> => {
  const all = new Map(
    Object.entries({ '/v1/auth/jwt/login': login, '/v1/sys/internal/ui/mounts': mounts, ...answers }),
  );
  const server = await start((request, response) => {
    const [status, contentType, body] = all.get(request.url ?? '') ?? json(404, '{"errors":[]}');
    response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  const provider = await openVault(
    {
      name: 'vault-backend',
      kind: 'SecretStore',
      provider: {
        type: 'vault',
        server: server.url,
        allowHttp: false,
        path: 'kv',
        kvVersion: 'v2',
        caBundle: trustedIdentity().cert,
        auth: { method: 'jwt', mountPath: 'jwt', role: 'app', token: 'vault' },
      },
    },
    {
      clock: systemClock,
      log: silentLogger,
      session: { load: () => undefined, save: () => undefined },
      readToken: () => Promise.resolve(new Redacted('pod')),
      resolvePath: (path) => path,
      record: () => undefined,
    },
  );
  const [outcome] = await provider.read(
    [{ store: 0, key, intervalSeconds: 60 }],
    new AbortController().signal,
  );
  provider.close();
  if (outcome?.ok === true) return outcome.value.bytes.reveal().toString();
  return `${outcome?.error.code ?? ''}: ${outcome?.error.message.replace(/^127\.0\.0\.1:\d+/, 'SERVER') ?? ''}`;
};

describe('what stands before Vault must not look like its word', () => {
  const read = '/v1/kv/data/db';
  test.each<[string, Answer]>([
    ['an ingress without a route: the secret is not gone', [404, 'text/plain', 'default backend - 404']],
    ['a firewall: no policy denies', [403, 'text/html', '<html>']],
    ['a gateway that speaks JSON: the secret is not gone', json(404, '{"message":"no Route matched"}')],
    ['a gateway that speaks JSON: no policy denies', json(403, '{"message":"forbidden"}')],
    ['a login page', [200, 'text/html', '<html>']],
    ['another API', json(200, '{"ok":true}')],
    ['another API with data', json(200, '{"data":{"password":"canary"}}')],
    ['a list', json(200, '[]')],
    ['nothing', [204, 'application/json', '']],
  ])('%s', async (_name, answer) => {
    expect(await readFrom({ [read]: answer }, 'db')).toMatch(
      /^unavailable: SERVER: the answer is not Vault's: /,
    );
  });

  test.each<[string, Answer]>([
    ['the login', json(200, '{"ok":true}')],
    ['the login', [401, 'text/html', '<html>']],
  ])('%s', async (_name, answer) => {
    expect(await readFrom({ '/v1/auth/jwt/login': answer }, 'db')).toMatch(
      /^unavailable: SERVER: the answer is not Vault's: /,
    );
  });

  test('the mount table', async () => {
    expect(await readFrom({ '/v1/sys/internal/ui/mounts': json(200, '{"data":{}}') }, 'db')).toBe(
      "unavailable: SERVER: the answer is not Vault's: it is no mount table",
    );
  });
});

describe('numbers come as Vault wrote them', () => {
  const fields = '{"big":12345678901234567890,"price":1.10,"tiny":1e-7,"deep":{"list":[0.10,-0]}}';

  test('from KV version 2', async () => {
    const body = `{"data":{"data":${fields},"metadata":{"version":3}}}`;
    expect(await readFrom({ '/v1/kv/data/db': json(200, body) }, 'db')).toBe(fields);
  });

  test('from KV version 1', async () => {
    expect(await readFrom({ '/v1/old/db': json(200, `{"data":${fields}}`) }, '/old/db')).toBe(fields);
  });
});

import { describe, expect, test } from '@jest/globals';
import { dataOf, errorsOf, startFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';

const asRoot =
  ({ call, vault }: Fixture) =>
  (method: string, path: string, body?: unknown): Promise<VaultReply> =>
    call(method, path, { token: vault.rootToken, ...(body === undefined ? {} : { body }) });

describe('custom metadata', () => {
  test('is texts, replaced as a whole, and none at all is null', async () => {
    const fixture = await startFixture();
    const root = asRoot(fixture);
    const write = (custom: unknown) =>
      root('POST', 'secret/metadata/payments/db', { custom_metadata: custom });
    const read = async () => dataOf(await root('GET', 'secret/metadata/payments/db'))['custom_metadata'];
    await fixture.vault.tag('secret/payments/db', { env: 'prod' });
    expect(await read()).toEqual({ env: 'prod' });
    expect((await write({ number: 5, yes: true, no: false })).status).toBe(204);
    expect(await read()).toEqual({ number: '5', yes: '1', no: '0' });
    expect((await write({})).status).toBe(204);
    expect(await read()).toBeNull();
  });

  test.each<[string, unknown, string]>([
    ['a text in a text', { a: { b: 'c' } }, "'' expected type 'string'"],
    ['a long name', { ['k'.repeat(129)]: 'v' }, 'is 129 but must be 0 < len(key) <= 128'],
    ['no name', { '': 'v' }, 'length of key "" is 0 but must be 0 < len(key) <= 128'],
    [
      'a long value',
      { k: 'v'.repeat(513) },
      'length of value for key "k" is 513 but must be 0 < len(value) <= 512',
    ],
    ['no value', { k: '' }, 'length of value for key "k" is 0 but must be 0 < len(value) <= 512'],
    [
      'too many',
      Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 'v'])),
      'payload must contain at most 64 keys, provided 65',
    ],
  ])('refuses %s', async (_what, custom, expected) => {
    const root = asRoot(await startFixture());
    const reply = await root('POST', 'secret/metadata/payments/db', { custom_metadata: custom });
    expect(reply.status).toBe(400);
    expect(errorsOf(reply)).toEqual([expect.stringContaining('custom_metadata validation failed: ')]);
    expect(errorsOf(reply)).toEqual([expect.stringContaining(expected)]);
  });

  test('data/ lists nothing', async () => {
    const reply = await asRoot(await startFixture())('GET', 'secret/data/payments?list=true');
    expect(reply.status).toBe(405);
  });
});

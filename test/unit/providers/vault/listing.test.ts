import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseJsonKeepingNumbers } from '../../../../lib/json.ts';
import type { JsonObject } from '../../../../providers/vault/answer.ts';
import { readListing } from '../../../../providers/vault/listing.ts';
import { readMetadata } from '../../../../providers/vault/metadata.ts';

const context = { server: 'vault.test:8200', now: 0 };
const folder = { mount: ['kv'], kvVersion: 2, seen: true, folder: ['team'], written: ['team'] } as const;

const list = (body: unknown, status = 200) =>
  readListing({ folder, holder: 'the default role' }, { status, body: body as JsonObject }, context);
const errorOf = (outcome: ReturnType<typeof list>): string =>
  outcome.ok ? 'ok' : `${outcome.error.code}: ${outcome.error.message}`;

describe('a list', () => {
  test('has secrets and folders, some of one name', () => {
    expect(list({ data: { keys: ['a', 'a/', 'b c', 'ü/', '%2e'] } })).toEqual({
      ok: true,
      value: { secrets: ['a', 'b c', '%2e'], folders: ['a', 'ü'] },
    });
    expect(list({ data: { keys: [] } })).toEqual({ ok: true, value: { secrets: [], folders: [] } });
  });

  test.each([
    { data: {} },
    { data: null },
    { data: { keys: 'a' } },
    { data: { keys: ['a', 1] } },
    { data: { keys: [''] } },
    { data: { keys: ['/'] } },
    { data: { keys: ['a//'] } },
    { data: { keys: ['a/b'] } },
    { data: { keys: ['..'] } },
    { data: { keys: ['../'] } },
    { data: { keys: ['\ud800'] } },
  ])('is none: %j', (body) => {
    expect(errorOf(list(body))).toBe(
      "unavailable: vault.test:8200: the answer is not Vault's: it is no list of keys",
    );
  });

  test('that Vault refuses', () => {
    expect(errorOf(list({}, 403))).toBe(
      'denied: Vault denied listing "team" in kv/: a policy of the default role must allow "list" on "kv/metadata/team/*"',
    );
    expect(errorOf(list({}, 404))).toBe('not_found: nothing is below "team" in kv/ ("kv/metadata/team")');
    expect(errorOf(list({}, 400))).toBe('invalid: Vault refused to list "team" in kv/ (HTTP 400)');
  });

  test('never has a name that leads elsewhere', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '.', '/', 'a/', '../', 'a/../b'),
    );
    fc.assert(
      fc.property(fc.array(name), (keys) => {
        const listing = list({ data: { keys } });
        return (
          !listing.ok ||
          [...listing.value.secrets, ...listing.value.folders].every((found) => !/^\.{0,2}$|\//.test(found))
        );
      }),
    );
  });
});

describe('metadata', () => {
  const path = { kind: 'secret', mount: ['kv'], kvVersion: 2, seen: true, secret: ['team', 'db'] } as const;
  const read = (body: string, status = 200) => {
    const verdict = { status, body: parseJsonKeepingNumbers(body) as JsonObject };
    const tags = readMetadata({ path, version: undefined, holder: 'role "app"' }, verdict, context);
    return tags.ok ? Object.fromEntries(tags.value) : `${tags.error.code}: ${tags.error.message}`;
  };

  test('is what somebody wrote, and some of what the engine knows', () => {
    expect(
      read(
        '{"data":{"created_time":"2026","current_version":3,"delete_version_after":"0s","max_versions":0,"custom_metadata":{"env":"prod","current_version":"mine","n":1.10}}}',
      ),
    ).toEqual({
      created_time: '2026',
      current_version: 'mine',
      delete_version_after: '0s',
      env: 'prod',
      n: '1.10',
    });
    expect(read('{"data":{"current_version":0,"custom_metadata":null}}')).toEqual({ current_version: '0' });
  });

  test('that Vault refuses, or does not send', () => {
    expect(read('{}', 403)).toBe(
      'denied: Vault denied reading the metadata of "team/db" in kv/: a policy of role "app" must allow "read" on "kv/metadata/team/db"',
    );
    expect(read('{}', 404)).toBe('not_found: "team/db" in kv/ does not exist');
    expect(read('{}', 400)).toBe(
      'invalid: Vault refused to read the metadata of "team/db" in kv/ (HTTP 400)',
    );
    expect(read('{"data":[]}')).toBe(
      "unavailable: vault.test:8200: the answer is not Vault's: it has no data",
    );
  });
});

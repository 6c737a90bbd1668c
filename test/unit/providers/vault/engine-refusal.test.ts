import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ProviderErrorCode } from '../../../../lib/provider-error.ts';
import type { EngineSending } from '../../../../providers/vault/engine-answer.ts';
import type { EnginePath } from '../../../../providers/vault/path.ts';
import { database, pki, read, sending, writing } from '../support/engine-answers.ts';

/** What was sent, the answer's status and body, and what becomes of it. */
type Case = [EngineSending, number, string, ProviderErrorCode, string];

describe('refusals', () => {
  const unseen: EnginePath = { ...database, type: undefined };
  const refused = (text: string) => JSON.stringify({ errors: [text] });
  const canary = refused('canary canary');

  test.each<Case>([
    [
      sending(database),
      403,
      canary,
      'denied',
      'Vault denied reading "creds/readonly" in database/: a policy of role "app" must allow "read" on "database/creds/readonly"',
    ],
    [
      writing(pki),
      403,
      canary,
      'denied',
      'Vault denied writing to "issue/web" in pki/: a policy of role "app" must allow "update" on "pki/issue/web"',
    ],
    [
      writing(pki, { ttl: '1h', common_name: 'x' }),
      403,
      canary,
      'denied',
      'Vault denied writing to "issue/web" in pki/: a policy of role "app" must allow "update" on "pki/issue/web" with common_name, ttl',
    ],
    [
      sending(unseen, { holder: 'the default role' }),
      403,
      canary,
      'denied',
      'Vault denied reading "creds/readonly" in database/: a policy of the default role must allow "read" on "database/creds/readonly"; the token cannot see what database/ is, so the path was used as it is written (a secret of KV version 2 has "data" behind its mount)',
    ],
    [
      sending(database),
      404,
      '{"errors":[]}',
      'not_found',
      '"creds/readonly" in database/ does not exist ("database/creds/readonly")',
    ],
    [
      sending(unseen),
      404,
      '{"errors":[]}',
      'not_found',
      '"creds/readonly" in database/ does not exist ("database/creds/readonly"); the token cannot see what database/ is, so the path was used as it is written (a secret of KV version 2 has "data" behind its mount)',
    ],
    [
      sending(database),
      400,
      refused('unknown role: readonly'),
      'invalid',
      'there is no such role: "creds/readonly" in database/',
    ],
    [
      writing(pki),
      400,
      refused('the common_name field is required, or must be provided in a CSR'),
      'invalid',
      '"issue/web" in pki/ needs the name that the certificate is for: add ?parameter.common_name=<name> to the ref',
    ],
    [
      writing(pki, { common_name: 'canary' }),
      400,
      refused('common name canary not allowed by this role'),
      'invalid',
      'the role of "issue/web" in pki/ does not allow a name that the ref asks for: change ?parameter.common_name=<name> (or alt_names, ip_sans, uri_sans), or what the role allows',
    ],
    [
      writing(pki, { ttl: 'canary' }),
      400,
      refused('Field validation failed: error converting input for field "ttl": canary'),
      'invalid',
      '"issue/web" in pki/ cannot read the value of a parameter: check each ?parameter.<name>=<value> of the ref',
    ],
    [
      writing(pki, { ttl: '1h', common_name: 'x' }),
      400,
      canary,
      'invalid',
      'Vault refused "issue/web" in pki/ (HTTP 400): check that the role exists, and that it allows parameter.common_name, parameter.ttl as the ref sets them',
    ],
    [
      sending(database),
      400,
      '{"errors":[7]}',
      'invalid',
      'Vault refused "creds/readonly" in database/ (HTTP 400): check that the role exists, and that what it needs is set as ?parameter.<name>=<value> in the ref',
    ],
    [
      sending(pki),
      405,
      canary,
      'invalid',
      '"issue/web" in pki/ is not read but written to: give the ref what it needs as ?parameter.<name>=<value> (HTTP 405)',
    ],
    [
      writing(database, { ttl: '1h' }),
      405,
      canary,
      'invalid',
      '"creds/readonly" in database/ is read, and takes no parameters: leave them out of the ref (HTTP 405)',
    ],
    [writing(pki), 405, canary, 'invalid', '"issue/web" in pki/ makes nothing that can be read (HTTP 405)'],
    [
      writing(database, { a: 'b' }),
      204,
      '',
      'invalid',
      '"creds/readonly" in database/ gives nothing to read: Vault answered with HTTP 204',
    ],
    [sending(database), 500, canary, 'unavailable', 'vault.test:8200: Vault failed inside (HTTP 500)'],
  ])('%#', (...[given, status, body, code, message]) => {
    expect(read(given, status, body)).toEqual({ ok: false, error: { code, message } });
  });

  test("Vault's own text is never quoted", () => {
    fc.assert(
      fc.property(
        fc.constantFrom('unknown role: ', 'x not allowed by this role ', 'Field validation failed: ', ''),
        fc.constantFrom(400, 403, 404, 405, 418),
        (start, status) => {
          const outcome = read(writing(pki, { a: 'b' }), status, refused(`${start}c4nary`));
          expect(JSON.stringify(outcome)).not.toContain('c4nary');
        },
      ),
    );
  });
});

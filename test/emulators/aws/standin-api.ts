import { ok } from '../../../lib/result.ts';
import { textField } from '../shared/admin-pages.ts';
import { isJsonObject } from '../shared/json.ts';
import { commonPages, done } from '../shared/standin-pages.ts';
import { parseFault } from './faults/fault.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Fault } from './faults/fault.ts';
import type { Page } from '../shared/standin-pages.ts';
import type { AwsServer } from './server.ts';
import type { SecretContent } from './setup.ts';

function contentOf(body: JsonObject): SecretContent {
  const { value } = body;
  if (typeof value === 'string') return value;
  if (isJsonObject(value) && isJsonObject(value['json'])) return { json: value['json'] };
  if (isJsonObject(value) && typeof value['binary'] === 'string') return { binary: value['binary'] };
  throw new TypeError('value must be a string, {"json": {…}} or {"binary": "<base64>"}');
}

/** What no AWS has: how tests outside of this process look in, change things and make trouble. */
export const pages: ReadonlyMap<string, Page<AwsServer>> = new Map<string, Page<AwsServer>>([
  ...commonPages<Fault, AwsServer>(parseFault),
  [
    'POST rotate',
    (server, body) => ok({ versionId: server.rotate(textField(body, 'name'), contentOf(body)) }),
  ],
  [
    'POST delete-secret',
    (server, body) => {
      server.deleteSecret(textField(body, 'name'), { force: body['force'] === true });
      return done;
    },
  ],
  [
    'POST restore-secret',
    (server, body) => {
      server.restoreSecret(textField(body, 'name'));
      return done;
    },
  ],
  [
    'POST deny-role',
    (server, body) => {
      server.denyRole(textField(body, 'role'), body['denied'] !== false);
      return done;
    },
  ],
  ['POST revoke-sessions', (server) => ok({ revoked: server.revokeSessions() })],
]);

import { ok } from '../../../lib/result.ts';
import { optionalTextField, textField } from '../shared/admin-pages.ts';
import { commonPages, done } from '../shared/standin-pages.ts';
import { parseFault } from './faults/fault.ts';
import { parseLimits } from './rate-limit.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Page, PageAnswer } from '../shared/standin-pages.ts';
import type { Grant } from './admin.ts';
import type { Fault } from './faults/fault.ts';
import type { BitwardenServer } from './server.ts';

/** A page that only does something. */
const doing =
  (action: (server: BitwardenServer, body: JsonObject) => void): Page<BitwardenServer> =>
  (server, body): PageAnswer => {
    action(server, body);
    return done;
  };

const grantOf = (body: JsonObject): Grant => {
  const secret = optionalTextField(body, 'secret');
  return secret === undefined ? { project: textField(body, 'project') } : { secret };
};

/** What no Bitwarden has: how tests outside of this process look in, change things and make trouble. */
export const pages: ReadonlyMap<string, Page<BitwardenServer>> = new Map<string, Page<BitwardenServer>>([
  ...commonPages<Fault, BitwardenServer>(parseFault),
  [
    'POST create-secret',
    (server, body) => {
      const [key, value] = [textField(body, 'key'), optionalTextField(body, 'value') ?? ''];
      const [note, project] = [optionalTextField(body, 'note'), optionalTextField(body, 'project')];
      return ok({ id: server.createSecret({ key, value, note, project }) });
    },
  ],
  [
    'POST rotate',
    doing((server, body) => {
      server.rotate(textField(body, 'secret'), textField(body, 'value'));
    }),
  ],
  [
    'POST change-secret',
    doing((server, body) => {
      const [key, value] = [optionalTextField(body, 'key'), optionalTextField(body, 'value')];
      server.changeSecret(textField(body, 'secret'), { key, value, note: optionalTextField(body, 'note') });
    }),
  ],
  [
    'POST move-secret',
    doing((server, body) => {
      server.moveSecret(textField(body, 'secret'), optionalTextField(body, 'project'));
    }),
  ],
  [
    'POST delete-secret',
    doing((server, body) => {
      server.deleteSecret(textField(body, 'secret'));
    }),
  ],
  [
    'POST restore-secret',
    doing((server, body) => {
      server.restoreSecret(textField(body, 'secret'));
    }),
  ],
  ['POST create-project', (server, body) => ok({ id: server.createProject(textField(body, 'name')) })],
  [
    'POST grant',
    doing((server, body) => {
      server.grant(textField(body, 'account'), grantOf(body));
    }),
  ],
  [
    'POST withdraw',
    doing((server, body) => {
      server.withdraw(textField(body, 'account'), grantOf(body));
    }),
  ],
  ['POST issue-token', (server, body) => ok({ token: server.issueAccessToken(textField(body, 'account')) })],
  [
    'POST revoke-token',
    doing((server, body) => {
      server.revokeAccessToken(textField(body, 'token'));
    }),
  ],
  [
    'POST end-sessions',
    doing((server) => {
      server.endSessions();
    }),
  ],
  [
    'POST limits',
    (server, body) => {
      const limits = parseLimits(body['limits']);
      if (!limits.ok) return limits;
      server.limit(...limits.value);
      return done;
    },
  ],
]);

import { Redacted } from '../../../../lib/redacted.ts';
import { readEngineAnswer, type EngineSending } from '../../../../providers/vault/engine-answer.ts';
import type { EnginePath } from '../../../../providers/vault/path.ts';

export const sentAt = Date.UTC(2026, 0, 1);
const vaultDate = new Date(sentAt).toUTCString();
const context = { server: 'vault.test:8200', now: sentAt + 40 };

export const database: EnginePath = {
  kind: 'engine',
  mount: ['database'],
  type: 'database',
  below: ['creds', 'readonly'],
  takenAsFull: false,
};
export const pki: EnginePath = { ...database, mount: ['pki'], type: 'pki', below: ['issue', 'web'] };

export const sending = (path: EnginePath, over: Partial<EngineSending> = {}): EngineSending => ({
  request: { kind: 'engine', path, method: 'read', body: undefined },
  holder: 'role "app"',
  login: 'the-login',
  endsAt: undefined,
  sentAt,
  ...over,
});

export const writing = (path: EnginePath, body: Record<string, string> = {}): EngineSending =>
  sending(path, { request: { kind: 'engine', path, method: 'write', body } });

export const read = (
  given: EngineSending,
  status: number,
  body: string,
  date = vaultDate,
): ReturnType<typeof readEngineAnswer> =>
  readEngineAnswer(
    given,
    {
      status,
      headers: { 'content-type': 'application/json', date },
      body: new Redacted(Buffer.from(body)),
    },
    context,
  );

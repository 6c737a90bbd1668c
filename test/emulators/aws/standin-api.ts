import { ok } from '../../../lib/result.ts';
import { isJsonObject } from '../shared/json.ts';
import { commonPages, done } from '../shared/standin-pages.ts';
import { writeAnswer } from '../shared/whole-answer.ts';
import { parseFault } from './faults/fault.ts';
import { readRawRequest } from './wire/http-request.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../shared/json.ts';
import type { Fault } from './faults/fault.ts';
import type { Page, PageAnswer } from '../shared/standin-pages.ts';
import type { WholeAnswer } from '../shared/whole-answer.ts';
import type { AwsServer } from './server.ts';
import type { SecretContent } from './setup.ts';

const json = (status: number, body: JsonObject): WholeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  text: `${JSON.stringify(body)}\n`,
});

const refuse = (status: number, error: string): WholeAnswer => json(status, { error });

const whole = (answer: PageAnswer): WholeAnswer => {
  if (!answer.ok) return refuse(400, answer.error);
  return answer.value === undefined ? { status: 204, headers: {}, text: '' } : json(200, answer.value);
};

const text = (body: JsonObject, name: string): string => {
  const value = body[name];
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${name} must be a string that is not empty`);
  return value;
};

function contentOf(body: JsonObject): SecretContent {
  const { value } = body;
  if (typeof value === 'string') return value;
  if (isJsonObject(value) && isJsonObject(value['json'])) return { json: value['json'] };
  if (isJsonObject(value) && typeof value['binary'] === 'string') return { binary: value['binary'] };
  throw new TypeError('value must be a string, {"json": {…}} or {"binary": "<base64>"}');
}

/** What no AWS has: how tests outside of this process look in, change things and make trouble. */
const pages: ReadonlyMap<string, Page<AwsServer>> = new Map<string, Page<AwsServer>>([
  ...commonPages<Fault, AwsServer>(parseFault),
  ['POST rotate', (server, body) => ok({ versionId: server.rotate(text(body, 'name'), contentOf(body)) })],
  [
    'POST delete-secret',
    (server, body) => {
      server.deleteSecret(text(body, 'name'), { force: body['force'] === true });
      return done;
    },
  ],
  [
    'POST restore-secret',
    (server, body) => {
      server.restoreSecret(text(body, 'name'));
      return done;
    },
  ],
  [
    'POST deny-role',
    (server, body) => {
      server.denyRole(text(body, 'role'), body['denied'] !== false);
      return done;
    },
  ],
  ['POST revoke-sessions', (server) => ok({ revoked: server.revokeSessions() })],
]);

function parse(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function answerOf(page: Page<AwsServer>, server: AwsServer, body: JsonObject): WholeAnswer {
  try {
    return whole(page(server, body));
  } catch (error) {
    return refuse(400, error instanceof Error ? error.message : String(error));
  }
}

/** Answers a request under `/_standin/`. All but the CA certificate need the admin token; none is logged or met by faults. */
export async function handleStandin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: { readonly server: AwsServer; readonly adminToken: string | undefined },
): Promise<void> {
  const { server, adminToken } = parts;
  const answer = async (): Promise<WholeAnswer> => {
    if (request.method === 'GET' && path === 'ca.pem')
      return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, text: server.caPem };
    const token = request.headers.authorization;
    if (adminToken === undefined || token !== `Bearer ${adminToken}`) return refuse(403, 'permission denied');
    const page = pages.get(`${request.method ?? ''} ${path}`);
    if (page === undefined) return refuse(404, 'the stand-in has no such page');
    const body = parse((await readRawRequest(request))?.body ?? Buffer.alloc(0));
    return body === undefined ? refuse(400, 'the body is no JSON object') : answerOf(page, server, body);
  };
  writeAnswer(response, await answer());
}

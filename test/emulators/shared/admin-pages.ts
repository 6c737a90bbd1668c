import { isJsonObject } from './json.ts';
import { readBody } from './read-body.ts';
import { writeAnswer } from './whole-answer.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from './json.ts';
import type { Page, PageAnswer } from './standin-pages.ts';
import type { WholeAnswer } from './whole-answer.ts';

const maxBodyBytes = 1024 * 1024;

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

/** A field of a page's body. Throws on one that is missing, empty or no text. */
export function textField(body: JsonObject, name: string): string {
  const value = optionalTextField(body, name);
  if (value === undefined || value === '') throw new TypeError(`${name} must be a string that is not empty`);
  return value;
}

/** A field of a page's body that may be absent or empty. Throws on one that is no text. */
export function optionalTextField(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject | undefined> {
  const bytes = await readBody(request, maxBodyBytes);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface AdminPages<Server> {
  readonly server: Server;
  /** By method and path. */
  readonly pages: ReadonlyMap<string, Page<Server>>;
  readonly adminToken: string | undefined;
}

async function answerOf<Server extends { readonly caPem: string }>(
  request: IncomingMessage,
  path: string,
  { server, pages, adminToken }: AdminPages<Server>,
): Promise<WholeAnswer> {
  if (request.method === 'GET' && path === 'ca.pem')
    return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, text: server.caPem };
  const token = request.headers.authorization;
  if (adminToken === undefined || token !== `Bearer ${adminToken}`) return refuse(403, 'permission denied');
  const page = pages.get(`${request.method ?? ''} ${path}`);
  if (page === undefined) return refuse(404, 'the stand-in has no such page');
  const body = await bodyOf(request);
  if (body === undefined) return refuse(400, 'the body is no JSON object');
  try {
    return whole(page(server, body));
  } catch (error) {
    return refuse(400, error instanceof Error ? error.message : String(error));
  }
}

/** Answers a request under `/_standin/`. All but the CA certificate need the admin token; none is logged or met by faults. */
export async function handlePages<Server extends { readonly caPem: string }>(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: AdminPages<Server>,
): Promise<void> {
  writeAnswer(response, await answerOf(request, path, parts));
}

import { posix } from 'node:path';
import { TLSSocket } from 'node:tls';
import { err, ok } from '../../../lib/result.ts';
import { isJsonObject } from '../shared/json.ts';
import { readBody } from '../shared/read-body.ts';
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Result } from '../../../lib/result.ts';
import type { JsonObject } from './answer.ts';
import type { CoreRequest } from './core.ts';
import type { Rendered } from './render.ts';

const maxBodyBytes = 32 * 1024 * 1024;

const refuse = (status: number, ...errors: string[]): Result<never, Rendered> =>
  err({ status, body: { errors } });

/** The body of a request as JSON; an absent one is an empty object. */
export async function readJson(request: IncomingMessage): Promise<Result<JsonObject, Rendered>> {
  const bytes = await readBody(request, maxBodyBytes);
  if (bytes === undefined) return refuse(413, 'http: request body too large');
  const text = bytes.toString('utf8');
  if (text.trim() === '') return ok({});
  try {
    const value = JSON.parse(text) as unknown;
    return isJsonObject(value) ? ok(value) : refuse(400, 'error parsing JSON');
  } catch {
    return refuse(400, 'error parsing JSON');
  }
}

const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
};

/** The token of a request: `X-Vault-Token`, or a bearer token. Empty for none. */
export function tokenOf(request: IncomingMessage): string {
  const bearer = /^Bearer (.*)$/.exec(header(request, 'authorization'))?.[1] ?? '';
  return header(request, 'x-vault-token') || bearer;
}

export const namespaceOf = (request: IncomingMessage): string => header(request, 'x-vault-namespace');

/** What a client showed of itself, believed or not; undefined for none, and over plain HTTP. */
const certificateOf = ({ socket }: IncomingMessage): X509Certificate | undefined =>
  socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;

const isTrue = (value: string | null): boolean => value !== null && /^(1|t|true)$/i.test(value);

async function operationOf(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<Result<Pick<CoreRequest, 'operation' | 'data'>, Rendered>> {
  const list = isTrue(query.get('list'));
  query.delete('list');
  const { method = '' } = request;
  if (method === 'GET') return ok({ operation: list ? 'list' : 'read', data: Object.fromEntries(query) });
  if (method === 'DELETE') return ok({ operation: 'delete', data: Object.fromEntries(query) });
  if (method !== 'POST' && method !== 'PUT') return refuse(405);
  const data = await readJson(request);
  return data.ok ? ok({ operation: 'update', data: data.value }) : data;
}

/** What a request is for. */
export interface Target {
  /** The path, decoded as a whole, as Vault does it; undefined where it cannot be. */
  readonly path: string | undefined;
  readonly query: URLSearchParams;
}

/** Reads the path of a request as it is: no segments resolved, nothing decoded twice. */
export function targetOf(request: IncomingMessage): Target {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(request.url ?? '/') ?? [];
  return { path: decode(path), query: new URLSearchParams(query) };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/**
 * Where Vault sends a path with empty, `.` or `..` segments: to the clean one, as Go's router does before anybody looks at it.
 */
export function cleanLocation({ path, query }: Target): string | undefined {
  const clean = path === undefined ? undefined : posix.normalize(path);
  if (clean === path || clean === undefined) return undefined;
  const location = clean.split('/').map(encodeURIComponent).join('/');
  return query.size === 0 ? location : `${location}?${query.toString()}`;
}

/** Makes a request to Vault of one over HTTP; the error is the answer to one that is none. */
export async function readCoreRequest(
  request: IncomingMessage,
  target: Target,
): Promise<Result<CoreRequest, Rendered>> {
  if (target.path?.startsWith('/v1/') !== true) return refuse(404);
  const operation = await operationOf(request, target.query);
  if (!operation.ok) return operation;
  const path = target.path.slice('/v1/'.length);
  const namespace = namespaceOf(request);
  const clientCertificate = certificateOf(request);
  return ok({ ...operation.value, path, namespace, token: tokenOf(request), clientCertificate });
}

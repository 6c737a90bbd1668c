import { readJson, tokenOf } from './http-request.ts';
import { parseFault } from './faults/fault.ts';
import { writeRendered, writeText } from './http-answer.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from './answer.ts';
import type { VaultCore } from './core.ts';
import type { FaultList } from '../shared/faults/fault.ts';
import type { Fault } from './faults/fault.ts';
import type { Rendered } from './render.ts';
import type { RequestLog } from './request-log.ts';

export interface StandinParts {
  readonly core: VaultCore;
  readonly faults: FaultList<Fault>;
  readonly log: RequestLog;
  readonly caPem: string;
  /** Refuses connections for so long. */
  readonly refuseFor: (milliseconds: number) => void;
}

export const standinPrefix = '/_standin/';

const done = { status: 204 };
const refuse = (status: number, error: string): Rendered => ({ status, body: { errors: [error] } });

type Handler = (parts: StandinParts, body: JsonObject) => Rendered;

/** What no Vault has: how tests outside of this process look in and make trouble. */
const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['GET requests', ({ log }) => ({ status: 200, body: { requests: log.list(), counters: log.counters() } })],
  [
    'DELETE requests',
    ({ log }) => {
      log.clear();
      return done;
    },
  ],
  ['GET faults', ({ faults }) => ({ status: 200, body: { faults: faults.list() } })],
  [
    'POST faults',
    ({ faults }, body) => {
      const fault = parseFault(body);
      if (!fault.ok) return refuse(400, fault.error);
      faults.add(fault.value);
      return done;
    },
  ],
  [
    'DELETE faults',
    ({ faults }) => {
      faults.clear();
      return done;
    },
  ],
  [
    'POST refuse',
    ({ refuseFor }, body) => {
      const milliseconds = body['milliseconds'];
      if (typeof milliseconds !== 'number' || milliseconds <= 0)
        return refuse(400, 'refuse needs milliseconds');
      refuseFor(milliseconds);
      return done;
    },
  ],
  ['GET leases', ({ core }) => ({ status: 200, body: { leases: core.leases.live().map(({ id }) => id) } })],
  ['POST revoke-tokens', ({ core }) => ({ status: 200, body: { revoked: core.tokens.revokeAll() } })],
  [
    'POST seal',
    ({ core }) => {
      core.sealed = true;
      return done;
    },
  ],
  [
    'POST unseal',
    ({ core }) => {
      core.sealed = false;
      return done;
    },
  ],
]);

/** Answers a request under `/_standin/`. All but the CA certificate need the root token; none is logged or met by faults. */
export async function handleStandin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: StandinParts,
): Promise<void> {
  if (request.method === 'GET' && path === 'ca.pem') {
    writeText(response, 200, 'application/x-pem-file', parts.caPem);
    return;
  }
  const handler = handlers.get(`${request.method ?? ''} ${path}`);
  if (tokenOf(request) !== parts.core.rootToken) {
    writeRendered(response, refuse(403, 'permission denied'));
    return;
  }
  const body = await readJson(request);
  if (handler === undefined) writeRendered(response, refuse(404, 'the stand-in has no such page'));
  else writeRendered(response, body.ok ? handler(parts, body.value) : body.error);
}

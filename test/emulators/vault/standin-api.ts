import { ok } from '../../../lib/result.ts';
import { commonPages, done } from '../shared/standin-pages.ts';
import { readJson, tokenOf } from './http-request.ts';
import { parseFault } from './faults/fault.ts';
import { writeRendered, writeText } from './http-answer.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './faults/fault.ts';
import type { Page, PageAnswer } from '../shared/standin-pages.ts';
import type { Rendered } from './render.ts';
import type { VaultServer } from './server.ts';

const refuse = (status: number, error: string): Rendered => ({ status, body: { errors: [error] } });

/** What no Vault has: how tests outside of this process look in and make trouble. */
const pages: ReadonlyMap<string, Page<VaultServer>> = new Map<string, Page<VaultServer>>([
  ...commonPages<Fault, VaultServer>(parseFault),
  ['GET leases', ({ core }) => ok({ leases: core.leases.live().map(({ id }) => id) })],
  ['POST revoke-tokens', ({ core }) => ok({ revoked: core.tokens.revokeAll() })],
  [
    'POST seal',
    (server) => {
      server.seal();
      return done;
    },
  ],
  [
    'POST unseal',
    (server) => {
      server.unseal();
      return done;
    },
  ],
]);

const rendered = (answer: PageAnswer): Rendered => {
  if (!answer.ok) return refuse(400, answer.error);
  return answer.value === undefined ? { status: 204 } : { status: 200, body: answer.value };
};

/** Answers a request under `/_standin/`. All but the CA certificate need the root token; none is logged or met by faults. */
export async function handleStandin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  server: VaultServer,
): Promise<void> {
  if (request.method === 'GET' && path === 'ca.pem') {
    writeText(response, 200, 'application/x-pem-file', server.caPem);
    return;
  }
  const page = pages.get(`${request.method ?? ''} ${path}`);
  if (tokenOf(request) !== server.core.rootToken) {
    writeRendered(response, refuse(403, 'permission denied'));
    return;
  }
  const body = await readJson(request);
  if (page === undefined) writeRendered(response, refuse(404, 'the stand-in has no such page'));
  else writeRendered(response, body.ok ? rendered(page(server, body.value)) : body.error);
}

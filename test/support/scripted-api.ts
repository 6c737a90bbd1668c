import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '../../certs/self-signed.ts';
import { connect, type KubeConnection } from '../../lib/kube/connection.ts';

/** A request to the scripted API server, and the means to answer it in any way, right or wrong. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly response: ServerResponse;
  body(): Promise<string>;
  /** A whole answer. */
  json(status: number, body: unknown, headers?: Record<string, string>): void;
  /** Goes on with the answer, as a watch does. */
  event(type: string, object: unknown): void;
}

export interface ScriptedApi {
  readonly connection: KubeConnection;
  readonly url: string;
  /** PEM. */
  readonly certificate: string;
  readonly exchanges: readonly Exchange[];
  /** Those that are watches. */
  watches(): readonly Exchange[];
  handle(handler: (exchange: Exchange) => void): void;
  stop(): Promise<void>;
}

export const statusBody = (code: number, message = 'made up'): unknown => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  message,
});

/** An API server over TLS that answers what a test makes it answer, to a client with a kubeconfig. */
export const startScriptedApi = async (): Promise<ScriptedApi> => {
  const certificate = await makeCertificate({
    dnsNames: ['localhost'],
    podUid: 'api',
    lifetimeMilliseconds: 3_600_000,
    now: Date.now(),
  });
  const exchanges: Exchange[] = [];
  let handler = (exchange: Exchange): void => {
    exchange.json(500, statusBody(500));
  };
  const server = createServer(
    { key: certificate.keyPem.reveal(), cert: certificate.certificatePem },
    (request, response) => {
      const url = new URL(request.url ?? '/', 'https://localhost');
      const exchange: Exchange = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        authorization: request.headers.authorization,
        response,
        body: () => body,
        json: (status, body, headers = {}) => {
          response.writeHead(status, { 'content-type': 'application/json', ...headers });
          response.end(JSON.stringify(body));
        },
        event: (type, object) => {
          if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
          response.write(`${JSON.stringify({ type, object })}\n`);
        },
      };
      const body = text(request);
      exchanges.push(exchange);
      handler(exchange);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'keyferry-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      clusters: [
        {
          name: 'test',
          cluster: {
            server: url,
            'certificate-authority-data': Buffer.from(certificate.certificatePem).toString('base64'),
          },
        },
      ],
      users: [{ name: 'test', user: { token: 'made-up-token' } }],
    }),
  );
  const connection = connect({ kind: 'kubeconfig', path: kubeconfig });
  if (!connection.ok) throw new Error(connection.error);
  return {
    connection: connection.value,
    url,
    certificate: certificate.certificatePem,
    exchanges,
    watches: () => exchanges.filter(({ query }) => query.has('watch')),
    handle: (next) => {
      handler = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
};

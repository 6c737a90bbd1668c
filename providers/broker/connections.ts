import type { ClientRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ProviderError } from '../../lib/provider-error.ts';
import { providerError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { addressRefusal } from '../http/address-guard.ts';
import { refusedAddress, type Peer } from '../http/failure.ts';
import { guardedLookup, type ResolveAll } from '../http/guarded-lookup.ts';

export interface BrokerRequest {
  readonly path: string;
  readonly token: Redacted<string>;
  readonly body: string;
  /** PEM: the certificates to trust, and no others. */
  readonly certificates: readonly string[];
}

/** Connections to the broker: kept for the next request, but no more than one that nobody uses. */
export interface Connections {
  readonly peer: Peer;
  /** A request of which nothing is written yet. */
  open(request: BrokerRequest): ClientRequest;
  /** Ends them all, those in use too. */
  close(): void;
}

/** How long one that nobody uses is kept, in milliseconds: for what follows at once, the feed after the first read. */
const idle = 5_000;

const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const readServer = (server: string): Result<URL, ProviderError> => {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:')
    return err(providerError('invalid', "the broker's server is not a URL like https://host:port"));
  const host = bareHost(url);
  const refused = isIP(host) === 0 ? undefined : addressRefusal(host);
  return refused === undefined ? ok(url) : err(refusedAddress(`the broker at ${url.host}`, refused));
};

/**
 * Prepares the way to the broker. It is a server of the cluster's own whose certificates are pinned; still its name may resolve to no
 * address that could hand the pod's token to the node's metadata service.
 */
export const openConnections = (server: string, resolve?: ResolveAll): Result<Connections, ProviderError> => {
  const read = readServer(server);
  if (!read.ok) return read;
  const url = read.value;
  const host = bareHost(url);
  const agent = new Agent({
    keepAlive: true,
    maxFreeSockets: 1,
    timeout: idle,
    scheduling: 'lifo',
    // Every connection shows its certificate: a resumed session would not.
    maxCachedSessions: 0,
    lookup: guardedLookup(resolve),
    // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED would decide otherwise.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    checkServerIdentity: (_host, certificate) => checkServerIdentity(host, certificate),
  });
  return ok({
    peer: {
      server: `the broker at ${url.host}`,
      expectedName: host,
      nameCure: 'the install has to call the broker by a name that is',
    },
    open: ({ path, token, body, certificates }) =>
      request({
        agent,
        method: 'POST',
        hostname: host,
        port: url.port === '' ? 443 : url.port,
        path,
        ca: [...certificates],
        headers: {
          'user-agent': 'keyferry',
          'accept-encoding': 'identity',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          authorization: `Bearer ${token.reveal()}`,
        },
      }),
    close: () => {
      agent.destroy();
    },
  });
};

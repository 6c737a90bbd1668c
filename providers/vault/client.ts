import nodeVault from 'node-vault';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import type { Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { HttpRequest, Transport } from '../http/transport.ts';

export interface VaultRequest {
  readonly method: 'read' | 'write';
  /** Below `/v1/`, its segments encoded already. */
  readonly path: string;
  readonly namespace?: string | undefined;
  readonly token?: Redacted<string>;
  /** For a write. */
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

export type VaultAnswer = Result<HttpAnswer, ProviderError>;

/** Vault's HTTP API, without a state of its own: token and namespace come with each request. */
export interface VaultClient {
  readonly server: string;
  send(request: VaultRequest): Promise<VaultAnswer>;
}

/** What node-vault hands to its transport. */
interface TransportCall {
  readonly method: HttpRequest['method'];
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly signal?: AbortSignal;
}

const jsonBody = (body: object | undefined): { body?: string } =>
  body === undefined ? {} : { body: JSON.stringify(body) };

const toHttpRequest = ({ method, uri, headers, json, signal }: TransportCall): HttpRequest => ({
  method,
  url: uri,
  headers,
  ...jsonBody(json),
  ...(signal === undefined ? {} : { signal }),
});

/**
 * node-vault takes a token, a namespace, a path prefix and proxies from the environment, follows redirects, prints what it
 * sends to `debug` and quotes Vault's answers in its errors. None of that is wanted: our transport answers every request
 * with our own outcome as the body of a 200, which node-vault hands through, and what it took from the environment is
 * cleared. `endpoint` is the store's server.
 */
export const openClient = (transport: Transport, endpoint: string): VaultClient => {
  const send = async (call: TransportCall): Promise<object> => ({
    statusCode: 200,
    body: await transport.request(toHttpRequest(call)),
  });
  const vault = nodeVault({
    endpoint,
    apiVersion: 'v1',
    debug: () => undefined,
    'request-promise': { defaults: () => send },
  });
  Object.assign(vault, { token: '', namespace: '', pathPrefix: '' });
  return {
    server: transport.server,
    send: async ({ method, path, namespace, token, body, signal }) => {
      const options = {
        headers: {
          accept: 'application/json',
          // Vault's proxies may insist on it, as a guard against requests that a browser or a URL field could make.
          'x-vault-request': 'true',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
          ...(token === undefined ? {} : { 'x-vault-token': token.reveal() }),
        },
        ...(signal === undefined ? {} : { signal }),
      };
      const answer: unknown =
        method === 'read' ? await vault.read(path, options) : await vault.write(path, body, options);
      return answer as VaultAnswer;
    },
  };
};

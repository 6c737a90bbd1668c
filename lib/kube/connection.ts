import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubeConfig,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import { err, ok, type Result } from '../result.ts';

export interface KubeRequest {
  readonly method: 'GET' | 'PATCH';
  /** Below the server's address, for example `/api/v1/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: { readonly contentType: string; readonly text: string };
  /** Ends the request, and the reading of its answer. */
  readonly signal: AbortSignal;
}

export interface KubeResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  text(): Promise<string>;
  /** The body as it arrives. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The way to one API server. Throws for what broke below HTTP; every HTTP status is an answer. */
export interface KubeConnection {
  request(request: KubeRequest): Promise<KubeResponse>;
}

export type KubeConnectionSource =
  /** With the ServiceAccount that the kubelet mounts. */
  | { readonly kind: 'in-cluster' }
  /** With the current context of a kubeconfig file. */
  | { readonly kind: 'kubeconfig'; readonly path: string };

const methods = { GET: HttpMethod.GET, PATCH: HttpMethod.PATCH } as const;

const load = (source: KubeConnectionSource): KubeConfig => {
  const config = new KubeConfig();
  if (source.kind === 'in-cluster') config.loadFromCluster();
  else config.loadFromFile(source.path);
  return config;
};

const serverOf = (source: KubeConnectionSource, config: KubeConfig): Result<string, string> => {
  const server = config.getCurrentCluster()?.server;
  if (source.kind === 'kubeconfig') {
    return server === undefined
      ? err(`the kubeconfig ${source.path} has no current context with a cluster`)
      : ok(server);
  }
  return server !== undefined && URL.canParse(server)
    ? ok(server)
    : err('not inside a cluster (KUBERNETES_SERVICE_HOST is not set); give a kubeconfig file instead');
};

/** The further lines of a YAML error quote the file, credentials included. */
const firstLine = (error: unknown): string => String(error).split('\n', 1)[0] ?? '';

async function* noChunks(): AsyncGenerator<Uint8Array> {
  // A body-less answer has nothing to read.
}

const responseOf = (context: ResponseContext): KubeResponse => ({
  status: context.httpStatusCode,
  headers: context.headers,
  text: () => context.body.text(),
  chunks: () => context.body.stream() ?? noChunks(),
});

/**
 * Prepares the way to an API server; nothing is sent yet. Addresses, certificate authorities, tokens re-read from disk, client
 * certificates, credential plug-ins and proxies are the client library's; so are the requests themselves. Its generated API
 * classes are not used: they have no way to abort a request or to page through an unknown resource, and they build and keep
 * every field of every object.
 */
export const connect = (source: KubeConnectionSource): Result<KubeConnection, string> => {
  let config: KubeConfig;
  try {
    config = load(source);
  } catch (error) {
    const from = source.kind === 'kubeconfig' ? source.path : "the pod's ServiceAccount";
    return err(`cannot load the API server's address and credentials from ${from}: ${firstLine(error)}`);
  }
  const server = serverOf(source, config);
  if (!server.ok) return server;
  const http = new IsomorphicFetchHttpLibrary();
  return ok({
    request: async ({ method, path, query, body, signal }) => {
      signal.throwIfAborted();
      const context = new RequestContext(server.value + path, methods[method]);
      for (const [name, value] of Object.entries(query ?? {})) context.setQueryParam(name, value);
      context.setHeaderParam('accept', 'application/json');
      context.setHeaderParam('user-agent', 'keyferry');
      if (body !== undefined) {
        context.setHeaderParam('content-type', body.contentType);
        context.setBody(body.text);
      }
      context.setSignal(signal);
      await config.applySecurityAuthentication(context);
      return responseOf(await http.send(context).toPromise());
    },
  });
};

import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubeConfig,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import { err, ok, type Result } from '../result.ts';
import { Credentials } from './credentials.ts';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
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

const methods = { GET: HttpMethod.GET, POST: HttpMethod.POST, PATCH: HttpMethod.PATCH } as const;

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

const connectionTo = (server: string, config: KubeConfig): KubeConnection => {
  const http = new IsomorphicFetchHttpLibrary();
  const credentials = new Credentials(config);
  return {
    request: async ({ method, path, query, body, signal }) => {
      signal.throwIfAborted();
      const context = new RequestContext(server + path, methods[method]);
      for (const [name, value] of Object.entries(query ?? {})) context.setQueryParam(name, value);
      context.setHeaderParam('accept', 'application/json');
      context.setHeaderParam('user-agent', 'keyferry');
      if (body !== undefined) {
        context.setHeaderParam('content-type', body.contentType);
        context.setBody(body.text);
      }
      context.setSignal(signal);
      await credentials.apply(context);
      return responseOf(await http.send(context).toPromise());
    },
  };
};

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
  return ok(connectionTo(server.value, config));
};

/** A person's way to a cluster. */
export interface PersonalConnection {
  readonly connection: KubeConnection;
  /** The context's namespace, where it names one. */
  readonly namespace: string | undefined;
}

/** The library leaves it undefined where the file names none, whatever its type says. */
const currentContextOf = ({ currentContext }: { readonly currentContext?: string }): string =>
  currentContext ?? '';

/** What comes first wins, as with `kubectl`: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
const merge = (configs: readonly KubeConfig[]): KubeConfig => {
  const unique = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
    items.filter((item, index) => items.findIndex(({ name }) => name === item.name) === index);
  const merged = new KubeConfig();
  merged.loadFromOptions({
    clusters: unique(configs.flatMap((config) => config.clusters)),
    users: unique(configs.flatMap((config) => config.users)),
    contexts: unique(configs.flatMap((config) => config.contexts)),
    currentContext: configs.map(currentContextOf).find((name) => name !== '') ?? '',
  });
  return merged;
};

/**
 * Prepares the way that a person's kubeconfig files describe, with `context` or the current one; nothing is sent yet, and
 * credential plug-ins run with the first request. The files must be there.
 */
export const connectPerson = (
  paths: readonly string[],
  context: string | undefined,
): Result<PersonalConnection, string> => {
  const configs: KubeConfig[] = [];
  for (const path of paths) {
    try {
      configs.push(load({ kind: 'kubeconfig', path }));
    } catch (error) {
      return err(`cannot read the kubeconfig ${path}: ${firstLine(error)}`);
    }
  }
  const config = merge(configs);
  if (context !== undefined) config.setCurrentContext(context);
  const name = config.currentContext;
  const files = paths.join(', ');
  if (name === '') return err(`no context is set in ${files}; name one with --context`);
  const found = config.getContextObject(name);
  if (found === null) return err(`there is no context ${name} in ${files}`);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) return err(`the context ${name} in ${files} names a cluster that is not there`);
  if (config.getCurrentUser() === null)
    return err(`the context ${name} in ${files} names a user that is not there`);
  return ok({ connection: connectionTo(server, config), namespace: found.namespace });
};

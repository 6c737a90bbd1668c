import type { IncomingMessage, ServerResponse } from 'node:http';
import { forbiddenMessage, type AccessRules } from '../access/rbac.ts';
import type { User, Users } from '../access/users.ts';
import type { Registry } from '../objects/registry.ts';
import { selectedName } from '../objects/selectors.ts';
import type { Resource } from '../objects/types.ts';
import type { TokenApi } from '../tokens/token-api.ts';
import { pageNotFound, sendAnswer, unauthorized, type Answer } from './answer.ts';
import { dispatch, type DispatchParts } from './dispatch.ts';
import { discovery } from './discovery.ts';
import { faultAnswer, type Fault, type SeenRequest } from './fault.ts';
import type { LoggedRequest, SecretAccess } from './log.ts';
import { parsePath, type Target } from './path.ts';
import { checkQuery } from './query.ts';
import { failure, refuse, StatusError } from './status.ts';
import { verbOf, type Verb } from './verb.ts';

export interface HandlerParts extends DispatchParts {
  /** What `/version` says. */
  readonly version: Readonly<Record<string, string>>;
  readonly registry: Registry;
  readonly users: Users;
  readonly rules: AccessRules;
  /** Where there is no issuer, there are no tokens to ask for. */
  readonly tokens?: TokenApi | undefined;
  readonly fault: (request: SeenRequest) => Fault | undefined;
  readonly onRequest: (request: LoggedRequest) => void;
  readonly onSecretAccess: (access: SecretAccess) => void;
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly url: URL;
  readonly user: User | undefined;
}

/** The name that access rules look at: a list or a watch of one object by its name counts as that object's. */
const nameFor = (verb: Verb, target: Target, query: URLSearchParams): string | undefined =>
  verb === 'list' || verb === 'watch' ? selectedName(query.get('fieldSelector') ?? '') : target.name;

const errorAnswer = (error: unknown): Answer => {
  if (error instanceof StatusError) return { code: error.status.code, body: error.status };
  return { code: 500, body: failure(500, `Internal error occurred: ${(error as Error).message}`) };
};

/** Answers requests: who asks, may they, and what becomes of it. */
export class Handler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'https://kube-api');
    const user = await this.#parts.users.authenticate(message.headers.authorization);
    const exchange: Exchange = { message, response, method: message.method ?? '', url, user };
    const answer = await this.#answer(exchange);
    this.#log(exchange, answer);
    if (answer === 'cut') response.destroy();
    else if (typeof answer === 'object') sendAnswer(message, response, answer);
  }

  #log({ method, url, user }: Exchange, answer: Answer | 'streaming' | 'silent' | 'cut'): void {
    const path = url.pathname + url.search;
    const { code: status, auditAnnotations = {} } =
      typeof answer === 'object' ? answer : { code: answer === 'streaming' ? 200 : 0 };
    this.#parts.onRequest({ method, path, user: user?.name ?? '', status, auditAnnotations });
  }

  async #answer(exchange: Exchange): Promise<Answer | 'streaming' | 'silent' | 'cut'> {
    const { method, url, user } = exchange;
    const seen = { method, path: url.pathname, query: url.searchParams, user: user?.name ?? '' };
    const fault = this.#parts.fault(seen);
    if (fault?.kind === 'drop') return 'cut';
    if (fault?.kind === 'hang') return 'silent';
    if (fault !== undefined) return faultAnswer(fault);
    return user === undefined ? unauthorized : this.#route(exchange, user).catch(errorAnswer);
  }

  async #route(exchange: Exchange, user: User): Promise<Answer | 'streaming'> {
    const { message, response, method, url } = exchange;
    const query = url.searchParams;
    if (url.pathname === '/version' && method === 'GET') return { code: 200, body: this.#parts.version };
    const target = parsePath(url.pathname);
    if (target === undefined) return this.#discover(method, url.pathname);
    const verb = verbOf(method, target, query);
    if (verb === undefined)
      throw refuse(405, 'the server does not allow this method on the requested resource');
    this.#authorize(user, verb, target, query);
    const ofTokens = verb === 'create' ? await this.#parts.tokens?.answer(target, message) : undefined;
    if (ofTokens !== undefined) return ofTokens;
    const resource = this.#find(target);
    if (resource === undefined) return pageNotFound;
    checkQuery(query);
    return dispatch(this.#parts, { verb, resource, target, user, query, message, response });
  }

  /** As in Kubernetes, whoever is somebody may ask what there is. */
  #discover(method: string, path: string): Answer {
    const body = method === 'GET' ? discovery(path, this.#parts.registry) : undefined;
    return body === undefined ? pageNotFound : { code: 200, body };
  }

  /** The resource of a path; `status` is the one subresource that there is here, of the custom resources that have it. */
  #find(target: Target): Resource | undefined {
    const resource = this.#parts.registry.find(target);
    const { subresource } = target;
    if (subresource !== undefined && !(subresource === 'status' && resource?.statusApart === true))
      return undefined;
    return resource?.namespaced === false && target.namespace !== undefined ? undefined : resource;
  }

  #authorize(user: User, verb: Verb, target: Target, query: URLSearchParams): void {
    const { group, plural, subresource, namespace, name } = target;
    const asked = { verb, group, plural, subresource, namespace, name };
    const allowed = this.#parts.rules.allows(user, { ...asked, name: nameFor(verb, target, query) });
    if (group === '' && plural === 'secrets') {
      this.#parts.onSecretAccess({ user: user.name, verb, namespace, name, allowed });
    }
    if (!allowed) throw refuse(403, forbiddenMessage(user, asked));
  }
}

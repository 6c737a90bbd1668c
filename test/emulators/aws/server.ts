import { systemClock } from '../../../lib/clock.ts';
import { certificateFor } from '../shared/certificate.ts';
import { handlePages } from '../shared/admin-pages.ts';
import { FaultList } from '../shared/faults/fault.ts';
import { Listener, listenerOf } from '../shared/listener.ts';
import { standinPrefix } from '../shared/standin-pages.ts';
import { AwsAdmin } from './admin.ts';
import { AwsCore, purposeOf, throttlingCodes } from './core.ts';
import { answerExchange, newRequestId } from './exchange.ts';
import { handlePodIdentity } from './pod-identity/agent.ts';
import { RequestLog } from './request-log.ts';
import { defaultIssuer } from './setup.ts';
import { pages } from './standin-api.ts';
import { readRawRequest } from './wire/http-request.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import type { CertificateOptions, ServerCertificate } from '../shared/certificate.ts';
import type { JsonObject } from '../shared/json.ts';
import type { KeySource, RemoteKeySource } from '../shared/keys.ts';
import type { Handled } from './core.ts';
import type { Fault } from './faults/fault.ts';
import type { PodIdentityParts } from './pod-identity/agent.ts';
import type { Caller } from './sessions.ts';
import type { AwsSetup } from './setup.ts';
import type { Limit } from './throttle.ts';
import type { Service } from './wire/answer.ts';

/** What can be reached, refused and accepted on its own. */
export type Place = 'both' | 'sts' | 'secretsmanager' | 'http' | 'pod-identity';

/** Ports, 0 for a free one; undefined for none. */
export type Ports = Readonly<Partial<Record<Place, number | undefined>>>;

export interface AwsServerOptions extends CertificateOptions {
  readonly clock?: Clock | undefined;
  /** The keys that sign ServiceAccount tokens: none by default, so no token is good. */
  readonly keys?: KeySource | RemoteKeySource | undefined;
  /** Whether pod and ServiceAccount of a token are still there: EKS Pod Identity asks, STS cannot. */
  readonly isLive?: ((claims: JsonObject) => boolean) | undefined;
  readonly setup?: AwsSetup | undefined;
  /** By operation; none by default. */
  readonly limits?: Readonly<Record<string, Limit>> | undefined;
  /** Where to listen; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** Free ones for each place by default. */
  readonly ports?: Ports | undefined;
  /** What lets in to `/_standin/`; nobody by default. */
  readonly adminToken?: string | undefined;
}

const freePorts: Ports = { both: 0, sts: 0, secretsmanager: 0, http: 0, 'pod-identity': 0 };

/** STS, Secrets Manager and the Pod Identity agent of a node, on ports of their own. Set-up, faults and log are at hand for tests. */
export class AwsServer extends AwsAdmin {
  readonly core: AwsCore;
  readonly faults = new FaultList<Fault>();
  readonly requests = new RequestLog();
  /** The PEM of the authority that signed the server's certificate. */
  readonly caPem: string;
  readonly #listeners: ReadonlyMap<Place, Listener>;
  readonly #podIdentity: PodIdentityParts;
  readonly #adminToken: string | undefined;

  constructor(core: AwsCore, certificate: ServerCertificate, options: AwsServerOptions) {
    const associations = new Map<string, string>();
    super(core, associations);
    this.core = core;
    this.caPem = certificate.ca;
    this.#adminToken = options.adminToken;
    this.#podIdentity = {
      ...{ clock: core.clock, roles: core.roles, callers: core.callers, associations },
      keys: options.keys ?? { keys: [] },
      issuer: Object.keys(options.setup?.oidcProviders ?? {})[0] ?? defaultIssuer,
      clusterName: 'cluster',
      isLive: options.isLive ?? (() => true),
    };
    const { host = '127.0.0.1', ports = freePorts } = options;
    this.#listeners = new Map(
      (Object.entries(ports) as [Place, number | undefined][]).flatMap(([place, port]) => {
        if (port === undefined) return [];
        const secure = place !== 'http' && place !== 'pod-identity';
        const listener = new Listener(
          listenerOf((request, response) => this.#handle(request, response, place)),
          { host, port },
          secure ? certificate : undefined,
        );
        return [[place, listener] as const];
      }),
    );
  }

  /** `https://127.0.0.1:<port>`: STS and Secrets Manager, told apart by what is asked. */
  get url(): string {
    return this.urlOf('both');
  }

  get stsUrl(): string {
    return this.urlOf('sts');
  }

  get secretsManagerUrl(): string {
    return this.urlOf('secretsmanager');
  }

  /** STS and Secrets Manager without TLS. */
  get httpUrl(): string {
    return this.urlOf('http');
  }

  /** What EKS puts into `AWS_CONTAINER_CREDENTIALS_FULL_URI`, but for the host. */
  get podIdentityUrl(): string {
    return `${this.urlOf('pod-identity')}/v1/credentials`;
  }

  /** Where a place listens. Throws where it does not. */
  urlOf(place: Place): string {
    const listener = this.#listeners.get(place);
    if (listener === undefined) throw new Error(`nothing listens for ${place}`);
    return `${place === 'http' || place === 'pod-identity' ? 'http' : 'https'}://127.0.0.1:${listener.port}`;
  }

  /** The places that listen, with their addresses. */
  urls(): Record<string, string> {
    return Object.fromEntries([...this.#listeners.keys()].map((place) => [place, this.urlOf(place)]));
  }

  /** Listens (again) at one place or at all; also the way back after `refuseConnections`. */
  async acceptConnections(place?: Place): Promise<void> {
    for (const listener of this.#at(place)) await listener.open();
  }

  /** Cuts all connections of one place or of all and refuses new ones on the same ports. Nothing is forgotten. */
  async refuseConnections(place?: Place): Promise<void> {
    for (const listener of this.#at(place)) await listener.close();
  }

  /** Ends the server and what its faults hold up. */
  async close(): Promise<void> {
    this.faults.clear();
    await this.refuseConnections();
  }

  #at(place: Place | undefined): Listener[] {
    return [...this.#listeners].flatMap(([name, listener]) => ((place ?? name) === name ? [listener] : []));
  }

  async #handle(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
    // The `Date` header is the server's own clock's.
    response.sendDate = false;
    const path = request.url ?? '';
    if (path.startsWith(standinPrefix)) {
      const parts = { server: this, pages, adminToken: this.#adminToken };
      await handlePages<AwsServer>(request, response, path.slice(standinPrefix.length), parts);
      return;
    }
    if (place === 'pod-identity') await this.#handleAgent(request, response);
    else await this.#handleService(request, response, place);
  }

  async #handleService(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
    const raw = await readRawRequest(request);
    if (raw === undefined) {
      response.writeHead(413).end();
      return;
    }
    const requestId = newRequestId();
    const purpose = purposeOf(raw);
    const { service } = purpose;
    const only = place === 'sts' || place === 'secretsmanager' ? place : service;
    const handle = async (): Promise<Handled> =>
      only === service ? await this.core.handle(raw, purpose, requestId) : this.#notHere(only, requestId);
    const tongue = {
      json: service === 'secretsmanager',
      throttlingCode: throttlingCodes[service],
      render: (error: Parameters<AwsCore['render']>[2]) => this.core.render(service, requestId, error),
    };
    await answerExchange({ ...purpose, response, requestId, handle, tongue }, this.#exchangeParts());
  }

  #notHere(service: Service, requestId: string): Handled {
    const code = service === 'sts' ? 'InvalidAction' : 'UnknownOperationException';
    const error = { status: 400, code, message: '', atTheDoor: true };
    return { answer: this.core.render(service, requestId, error), code, caller: undefined };
  }

  async #handleAgent(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const handle = async (): Promise<Handled> => {
      let caller: Caller | undefined;
      const answer = await handlePodIdentity(
        { method, path, token: headers.authorization ?? '' },
        this.#podIdentity,
        (somebody) => {
          caller = somebody;
        },
      );
      return { answer, caller, code: /\((\w+)\): /.exec(answer.text)?.[1] ?? '' };
    };
    const tongue = {
      json: true,
      throttlingCode: 'ThrottlingException',
      render: ({ status, code, message }: { status: number; code: string; message: string }) => ({
        ...{ status, headers: { 'content-type': 'text/plain; charset=utf-8' } },
        text: `[${newRequestId()}]: (${code}): ${message}, fault: ${status < 500 ? 'client' : 'server'}\n`,
      }),
    };
    const purpose = { service: 'pod-identity', operation: 'GetCredentials', resource: '' } as const;
    const exchange = { ...purpose, response, requestId: newRequestId(), handle, tongue };
    await answerExchange(exchange, this.#exchangeParts());
  }

  #exchangeParts() {
    return { clock: this.core.clock, faults: this.faults, log: this.requests };
  }
}

/** Starts an AWS stand-in. Rejects when the set-up is refused or a port cannot be had. */
export async function startAwsServer(options: AwsServerOptions = {}): Promise<AwsServer> {
  const { clock = systemClock, setup = {}, limits = {} } = options;
  const {
    account = '111122223333',
    region = 'eu-central-1',
    oidcProviders = { [defaultIssuer]: {} },
  } = setup;
  const providers = Object.entries(oidcProviders).map(([issuer, { audiences, keys }]) => ({
    issuer,
    audiences: audiences ?? ['sts.amazonaws.com'],
    keys: keys ?? options.keys ?? { keys: [] },
  }));
  const core = new AwsCore({ clock, account, region, providers, limits });
  const server = new AwsServer(core, await certificateFor(options), options);
  server.apply(setup);
  await server.acceptConnections();
  return server;
}

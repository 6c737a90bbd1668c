import { systemClock } from '../../../lib/clock.ts';
import { makeServerCertificate } from '../shared/certificate.ts';
import { VaultCore } from './core.ts';
import { applyFault } from '../shared/faults/effect.ts';
import { FaultList } from '../shared/faults/fault.ts';
import { speak } from './faults/effect.ts';
import { health, sealStatus } from './health.ts';
import { wholeAnswer, writeRendered } from './http-answer.ts';
import { cleanLocation, namespaceOf, readCoreRequest, targetOf, tokenOf } from './http-request.ts';
import { Listener } from '../shared/listener.ts';
import { standinPrefix } from '../shared/standin-pages.ts';
import { hashToken, RequestLog } from './request-log.ts';
import { handleStandin } from './standin-api.ts';
import { VaultAdmin } from './admin.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import type { ServerCertificate } from '../shared/certificate.ts';
import type { Fault } from './faults/fault.ts';
import type { Target } from './http-request.ts';
import type { AuthDefaults } from './mount-factory.ts';
import type { Rendered } from './render.ts';
import type { VaultSetup } from './setup.ts';

export interface VaultServerOptions extends AuthDefaults {
  readonly clock?: Clock;
  /** Made up by default. */
  readonly rootToken?: string | undefined;
  /** What is there from the start. */
  readonly setup?: VaultSetup | undefined;
  /** Where to listen; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** The HTTPS port; a free one by default. */
  readonly port?: number | undefined;
  /** A plain HTTP port beside it, 0 for a free one; none by default. */
  readonly httpPort?: number | undefined;
  /** The names in the certificate that is made; `localhost` and `127.0.0.1` by default. */
  readonly dnsNames?: readonly string[] | undefined;
  /** A certificate to use and not make one. */
  readonly certificate?: ServerCertificate | undefined;
}

/** A Vault that listens. Its set-up, faults and log are at hand for tests. */
export class VaultServer extends VaultAdmin {
  readonly core: VaultCore;
  readonly faults = new FaultList<Fault>();
  readonly requests = new RequestLog();
  /** The PEM of the authority that signed the server's certificate. */
  readonly caPem: string;
  readonly #listeners: readonly Listener[];

  constructor(core: VaultCore, certificate: ServerCertificate, options: VaultServerOptions) {
    super(core);
    this.core = core;
    this.caPem = certificate.ca;
    const { host = '127.0.0.1', port = 0, httpPort } = options;
    const handler = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error('the request could not be handled'));
      });
    };
    const https = new Listener(handler, { host, port, asksClients: true }, certificate);
    const plain = httpPort === undefined ? [] : [new Listener(handler, { host, port: httpPort }, undefined)];
    this.#listeners = [https, ...plain];
  }

  /** `https://127.0.0.1:<port>`. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#listeners[0]?.port ?? 0;
  }

  /** The plain address, where there is one. */
  get httpUrl(): string | undefined {
    const plain = this.#listeners[1];
    return plain === undefined ? undefined : `http://127.0.0.1:${plain.port}`;
  }

  /** Listens (again); also the way back after `refuseConnections`. */
  async acceptConnections(): Promise<void> {
    for (const listener of this.#listeners) await listener.open();
  }

  /** Cuts all connections and refuses new ones on the same ports, as a Vault that is down does. Nothing is forgotten. */
  async refuseConnections(): Promise<void> {
    for (const listener of this.#listeners) await listener.close();
  }

  /** Ends the server and what its faults hold up. */
  async close(): Promise<void> {
    this.faults.clear();
    await this.refuseConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('date', new Date(this.core.clock.now()).toUTCString());
    const target = targetOf(request);
    const full = target.path ?? '';
    if (full.startsWith(standinPrefix)) {
      await handleStandin(request, response, full.slice(standinPrefix.length), this);
      return;
    }
    const method = request.method ?? '';
    const path = full.replace(/^\/v1\//, '');
    const namespace = namespaceOf(request);
    const active = this.faults.take({ method, path, namespace });
    const token = hashToken(tokenOf(request));
    const produce = (): Promise<Rendered> => this.#produce(request, target);
    const status =
      active === undefined
        ? writeRendered(response, await produce())
        : await applyFault({
            ...{ active, response, clock: this.core.clock },
            produce: async () => wholeAnswer(await produce()),
            speak: (fault) => speak(fault, produce),
          });
    const fault = active === undefined ? {} : { fault: active.fault.kind };
    const time = new Date(this.core.clock.now()).toISOString();
    this.requests.add({ time, method, path, namespace, status, token, ...fault });
  }

  async #produce(request: IncomingMessage, target: Target): Promise<Rendered> {
    const location = cleanLocation(target);
    if (location !== undefined) return { status: 307, location };
    if (request.method === 'GET' && target.path === '/v1/sys/health') return health(this.core, target.query);
    if (request.method === 'GET' && target.path === '/v1/sys/seal-status') return sealStatus(this.core);
    const decoded = await readCoreRequest(request, target);
    return decoded.ok ? await this.core.handle(decoded.value) : decoded.error;
  }
}

/** Starts a Vault stand-in. Rejects when the set-up is refused or a port cannot be had. */
export async function startVaultServer(options: VaultServerOptions = {}): Promise<VaultServer> {
  const { clock = systemClock, rootToken, dnsNames = ['localhost', '127.0.0.1'] } = options;
  const core = new VaultCore({ clock, rootToken, auth: options });
  // The certificate is for real clients, so it follows the machine's clock whatever the server's own says.
  const certificate = options.certificate ?? (await makeServerCertificate(dnsNames, systemClock.now()));
  const server = new VaultServer(core, certificate, options);
  await server.apply(options.setup ?? {});
  await server.acceptConnections();
  return server;
}

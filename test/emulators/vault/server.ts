import { systemClock } from '../../../lib/clock.ts';
import { certificateFor } from '../shared/certificate.ts';
import { VaultCore } from './core.ts';
import { applyFault } from '../shared/faults/effect.ts';
import { FaultList } from '../shared/faults/fault.ts';
import { speak } from './faults/effect.ts';
import { health, sealStatus } from './health.ts';
import { wholeAnswer, writeRendered } from './http-answer.ts';
import { cleanLocation, namespaceOf, readCoreRequest, targetOf, tokenOf } from './http-request.ts';
import { Front } from '../shared/front.ts';
import { standinPrefix } from '../shared/standin-pages.ts';
import { hashToken, RequestLog } from './request-log.ts';
import { handleStandin } from './standin-api.ts';
import { VaultAdmin } from './admin.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import type { CertificateOptions, ServerCertificate } from '../shared/certificate.ts';
import type { FrontOptions } from '../shared/front.ts';
import type { Fault } from './faults/fault.ts';
import type { Target } from './http-request.ts';
import type { AuthDefaults } from './mount-factory.ts';
import type { Rendered } from './render.ts';
import type { VaultSetup } from './setup.ts';

export interface VaultServerOptions extends AuthDefaults, CertificateOptions, FrontOptions {
  readonly clock?: Clock;
  /** Made up by default. */
  readonly rootToken?: string | undefined;
  /** What is there from the start. */
  readonly setup?: VaultSetup | undefined;
}

/** A Vault that listens. Its set-up, faults and log are at hand for tests. */
export class VaultServer extends VaultAdmin {
  readonly core: VaultCore;
  readonly faults = new FaultList<Fault>();
  readonly requests = new RequestLog();
  /** The PEM of the authority that signed the server's certificate. */
  readonly caPem: string;
  readonly #front: Front;

  constructor(core: VaultCore, certificate: ServerCertificate, options: VaultServerOptions) {
    super(core);
    this.core = core;
    this.caPem = certificate.ca;
    this.#front = new Front((request, response) => this.#handle(request, response), certificate, {
      ...options,
      asksClients: true,
    });
  }

  /** `https://127.0.0.1:<port>`. */
  get url(): string {
    return this.#front.url;
  }

  get port(): number {
    return this.#front.port;
  }

  /** The plain address, where there is one. */
  get httpUrl(): string | undefined {
    return this.#front.httpUrl;
  }

  /** Listens (again); also the way back after `refuseConnections`. */
  async acceptConnections(): Promise<void> {
    await this.#front.open();
  }

  /** Cuts all connections and refuses new ones on the same ports, as a Vault that is down does. Nothing is forgotten. */
  async refuseConnections(): Promise<void> {
    await this.#front.close();
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
  const { clock = systemClock, rootToken } = options;
  const core = new VaultCore({ clock, rootToken, auth: options });
  const server = new VaultServer(core, await certificateFor(options), options);
  await server.apply(options.setup ?? {});
  await server.acceptConnections();
  return server;
}

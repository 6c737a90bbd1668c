import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../lib/clock.ts';
import { certificateFor, defaultNames } from '../shared/certificate.ts';
import { handlePages } from '../shared/admin-pages.ts';
import { FaultList } from '../shared/faults/fault.ts';
import { Front } from '../shared/front.ts';
import { standinPrefix } from '../shared/standin-pages.ts';
import { BitwardenAdmin } from './admin.ts';
import { BitwardenCore } from './core.ts';
import { keyBytes, makeKey } from './crypto/enc-string.ts';
import { answerExchange } from './exchange.ts';
import { Sessions } from './identity/sessions.ts';
import { Organization } from './organization/organization.ts';
import { isUuid } from './organization/uuid.ts';
import { RateLimit } from './rate-limit.ts';
import { RequestLog } from './request-log.ts';
import { pages } from './standin-api.ts';
import { readRequest } from './wire/request.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import type { CertificateOptions, ServerCertificate } from '../shared/certificate.ts';
import type { FrontOptions } from '../shared/front.ts';
import type { Fault } from './faults/fault.ts';
import type { Limit } from './rate-limit.ts';
import type { BitwardenSetup } from './setup.ts';

export interface BitwardenServerOptions extends CertificateOptions, FrontOptions {
  readonly clock?: Clock | undefined;
  readonly setup?: BitwardenSetup | undefined;
  /** Rules against too many requests; none by default. */
  readonly limits?: readonly Limit[] | undefined;
  /** How long a login holds, in seconds; 3600 by default. A client logs in anew when less than 300 are left. */
  readonly sessionSeconds?: number | undefined;
  /** What lets in to `/_standin/`; nobody by default. */
  readonly adminToken?: string | undefined;
}

/** Bitwarden's servers on one port, as an installation of one's own has them. Set-up, faults and log are at hand for tests. */
export class BitwardenServer extends BitwardenAdmin {
  readonly faults = new FaultList<Fault>();
  readonly requests = new RequestLog();
  /** The PEM of the authority that signed the server's certificate. */
  readonly caPem: string;
  readonly #front: Front;
  readonly #adminToken: string | undefined;

  constructor(core: BitwardenCore, certificate: ServerCertificate, options: BitwardenServerOptions) {
    super(core);
    this.caPem = certificate.ca;
    this.#adminToken = options.adminToken;
    this.#front = new Front((request, response) => this.#handle(request, response), certificate, options);
  }

  /** `https://127.0.0.1:<port>`. */
  get url(): string {
    return this.#front.url;
  }

  get identityUrl(): string {
    return `${this.url}/identity`;
  }

  get apiUrl(): string {
    return `${this.url}/api`;
  }

  /** The plain address, where there is one. */
  get httpUrl(): string | undefined {
    return this.#front.httpUrl;
  }

  /** Puts rules against too many requests in place of those that were there. */
  limit(...limits: readonly Limit[]): void {
    this.core.rateLimit.set(limits);
  }

  /** Listens (again); also the way back after `refuseConnections`. */
  async acceptConnections(): Promise<void> {
    await this.#front.open();
  }

  /** Cuts all connections and refuses new ones on the same ports. Nothing is forgotten. */
  async refuseConnections(): Promise<void> {
    await this.#front.close();
  }

  /** Ends the server and what its faults hold up. */
  async close(): Promise<void> {
    this.faults.clear();
    await this.refuseConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The `Date` header is the server's own clock's.
    response.sendDate = false;
    const path = request.url ?? '';
    if (path.startsWith(standinPrefix)) {
      const parts = { server: this, pages, adminToken: this.#adminToken };
      await handlePages<BitwardenServer>(request, response, path.slice(standinPrefix.length), parts);
      return;
    }
    const raw = await readRequest(request);
    if (raw === undefined) response.writeHead(413).end();
    else await answerExchange(raw, response, { core: this.core, faults: this.faults, log: this.requests });
  }
}

function organizationKeyOf(text: string | undefined): Buffer {
  if (text === undefined) return makeKey();
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes) throw new Error(`organizationKey must be ${keyBytes} bytes in base64`);
  return key;
}

async function makeCore(options: BitwardenServerOptions, issuer: string): Promise<BitwardenCore> {
  const { clock = systemClock, setup = {}, limits = [], sessionSeconds = 3600 } = options;
  const { organizationId = randomUUID() } = setup;
  if (!isUuid(organizationId)) throw new Error(`organizationId ${organizationId} is no UUID`);
  return new BitwardenCore({
    clock,
    organization: new Organization(organizationId.toLowerCase(), clock),
    organizationKey: organizationKeyOf(setup.organizationKey),
    sessions: await Sessions.create({ clock, issuer, lifeSeconds: sessionSeconds }),
    rateLimit: new RateLimit(clock, limits),
  });
}

/** Starts a Bitwarden stand-in. Rejects when the set-up is refused or a port cannot be had. */
export async function startBitwardenServer(options: BitwardenServerOptions = {}): Promise<BitwardenServer> {
  const { dnsNames = defaultNames } = options;
  const core = await makeCore(options, `https://${dnsNames[0] ?? 'localhost'}`);
  const server = new BitwardenServer(core, await certificateFor(options), options);
  server.apply(options.setup ?? {});
  await server.acceptConnections();
  return server;
}

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import * as z from 'zod/mini';
import { makeCertificate, type OwnCertificate } from '../../certs/self-signed.ts';
import { digestOf } from '../../lib/broker/digest.ts';
import {
  changesRequest,
  secretsRequest,
  type BrokerFailure,
  type BrokerOutcome,
  type BrokerRead,
  type BrokerSecret,
  type FeedEvent,
  type WatchedSource,
} from '../../lib/broker/protocol.ts';

/** What the broker has of a key: a text, a failure, or a secret with all that belongs to it. */
export type Scripted = string | BrokerFailure | BrokerSecret;

/** A request as it came. */
export interface SeenRequest {
  readonly path: string;
  readonly token: string;
  readonly fresh: boolean | undefined;
  /** `<store>/<key>` of each read. */
  readonly keys: readonly string[];
  /** Which connection it came over, counted from 1. */
  readonly connection: number;
}

const keyOf = ({ store, key }: BrokerRead): string => `${store.name}/${key}`;

const outcomeOf = (scripted: Scripted | undefined): BrokerOutcome => {
  if (scripted === undefined) return { error: { code: 'not_found', message: 'no such secret' } };
  if (typeof scripted === 'string') return { secret: { bytes: Buffer.from(scripted).toString('base64') } };
  return 'bytes' in scripted ? { secret: scripted } : { error: scripted };
};

/** A feed that an agent holds open. */
export class OpenFeed {
  readonly sources: readonly WatchedSource[];
  readonly #response: ServerResponse;

  constructor(sources: readonly WatchedSource[], response: ServerResponse) {
    this.sources = sources;
    this.#response = response;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  send(event: FeedEvent): void {
    this.write(`${JSON.stringify(event)}\n`);
  }

  /** Whatever it is. */
  write(text: string): void {
    this.#response.write(text);
  }

  /** As planned. */
  end(): void {
    this.send({ event: 'end' });
    this.#response.end();
  }

  /** As a network does it. */
  cut(): void {
    this.#response.destroy();
  }

  /** Of every source that is at hand. */
  same(): void {
    this.send({ event: 'same', indexes: this.sources.map((_, index) => index) });
  }
}

/** Answers instead of the script. */
export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A broker that a test scripts: it speaks the protocol over TLS with a certificate of its own. */
export class BrokerServer {
  /** By `<store>/<key>`. */
  readonly documents = new Map<string, Scripted>();
  readonly requests: SeenRequest[] = [];
  readonly feeds: OpenFeed[] = [];
  /** Where set, every request is answered by it. */
  handler: Handler | undefined;
  /** Where set, feeds are answered by it. */
  refusesFeeds: ((response: ServerResponse) => void) | undefined;
  /** Whether a feed is told at its beginning of what it does not know yet. */
  tellsAtOpen = true;
  connections = 0;
  #certificate: OwnCertificate;
  readonly #names: readonly string[];
  readonly #sockets = new Map<Socket, number>();
  #server: Server;
  #port = 0;

  private constructor(certificate: OwnCertificate, names: readonly string[]) {
    this.#certificate = certificate;
    this.#names = names;
    this.#server = this.#makeServer();
  }

  static async start(names: readonly string[] = ['localhost']): Promise<BrokerServer> {
    const server = new BrokerServer(await certificateFor(names), names);
    await server.listen();
    return server;
  }

  get url(): string {
    return `https://localhost:${this.#port}`;
  }

  /** The certificate that it serves, which is the trust bundle. */
  get pem(): string {
    return this.#certificate.certificatePem;
  }

  /** Connections that are open now. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  get openFeeds(): readonly OpenFeed[] {
    return this.feeds.filter(({ isOpen }) => isOpen);
  }

  /** The feed that was opened last. */
  get feed(): OpenFeed {
    return this.feeds.at(-1)!;
  }

  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  /** What the store says from now on; open feeds are told. */
  set(key: string, scripted: Scripted): void {
    this.documents.set(key, scripted);
    for (const feed of this.openFeeds)
      feed.sources.forEach((source, index) => {
        if (keyOf(source) === key) feed.send(eventOf(index, outcomeOf(scripted)));
      });
  }

  /** Another key and another certificate, for connections from now on; those that are there are closed. */
  async exchangeCertificate(): Promise<void> {
    this.#serve(await certificateFor(this.#names));
  }

  /** The certificate of another broker, as if that one had taken the place of this. */
  useCertificateOf(other: BrokerServer): void {
    this.#serve(other.#certificate);
  }

  #serve(certificate: OwnCertificate): void {
    this.#certificate = certificate;
    const { keyPem, certificatePem } = this.#certificate;
    this.#server.setSecureContext({ key: keyPem.reveal(), cert: certificatePem, minVersion: 'TLSv1.3' });
    this.dropConnections();
  }

  dropConnections(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** Also again, at the same port. */
  async listen(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Gone, with all its connections; `listen` brings it back. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.dropConnections();
    await closed;
    this.#server = this.#makeServer();
  }

  #makeServer(): Server {
    const { keyPem, certificatePem } = this.#certificate;
    const server = createServer(
      { key: keyPem.reveal(), cert: certificatePem, minVersion: 'TLSv1.3' },
      (request, response) => void this.#take(request, response),
    );
    server.on('secureConnection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.set(socket, this.connections);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    return server;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const isFeed = request.url === '/v1/changes';
    const { reads, fresh } = isFeed
      ? { reads: z.parse(changesRequest, JSON.parse(body)).sources, fresh: undefined }
      : z.parse(secretsRequest, JSON.parse(body));
    this.requests.push({
      path: request.url ?? '',
      token: (request.headers.authorization ?? '').replace(/^Bearer /, ''),
      fresh,
      keys: reads.map(keyOf),
      connection: this.#sockets.get(request.socket) ?? 0,
    });
    if (this.handler !== undefined) this.handler(request, response, body);
    else if (isFeed && this.refusesFeeds !== undefined) this.refusesFeeds(response);
    else if (isFeed) this.#openFeed(reads, response);
    else
      answerJson(response, 200, { results: reads.map((read) => outcomeOf(this.documents.get(keyOf(read)))) });
  }

  #openFeed(sources: readonly (BrokerRead & Partial<WatchedSource>)[], response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const watched = sources.map((source) => ({ intervalSeconds: 0, ...source }));
    const feed = new OpenFeed(watched, response);
    this.feeds.push(feed);
    feed.send({ event: 'open', endsInSeconds: 480 });
    if (!this.tellsAtOpen) return;
    watched.forEach((source, index) => {
      const outcome = outcomeOf(this.documents.get(keyOf(source)));
      const isKnown =
        'secret' in outcome && digestOf(Buffer.from(outcome.secret.bytes, 'base64')) === source.known;
      if (!isKnown) feed.send(eventOf(index, outcome));
    });
  }
}

const eventOf = (index: number, outcome: BrokerOutcome): FeedEvent =>
  'secret' in outcome
    ? { event: 'secret', index, secret: outcome.secret }
    : { event: 'error', index, error: outcome.error };

export const answerJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

const certificateFor = (names: readonly string[]): Promise<OwnCertificate> =>
  makeCertificate({
    dnsNames: names,
    podUid: '6f1c1d2e-0000-4000-8000-000000000000',
    lifetimeMilliseconds: 3_600_000,
    now: Date.now(),
  });

import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import {
  feedEvent,
  type BrokerOutcome,
  type BrokerRead,
  type FeedEvent,
  type WatchedSource,
} from '../../../lib/broker/protocol.ts';
import { until } from '../until.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The message of a refusal. */
  readonly message: string;
  readonly results: readonly BrokerOutcome[];
}

/** An open feed: what it has said so far. */
export interface OpenFeed {
  readonly events: readonly FeedEvent[];
  readonly ended: () => boolean;
  /** Waits for an event, and returns it. */
  next<E extends FeedEvent['event']>(event: E, count?: number): Promise<Extract<FeedEvent, { event: E }>>;
  /** Reads no more; the connection stays open. */
  pause(): void;
  resume(): void;
  cut(): void;
}

export const textOf = (outcome: BrokerOutcome | undefined): string => {
  if (outcome === undefined) return 'nothing';
  return 'secret' in outcome
    ? Buffer.from(outcome.secret.bytes, 'base64').toString()
    : `${outcome.error.code}: ${outcome.error.message}`;
};

const storeName = { kind: 'ClusterSecretStore', name: 'platform' } as const;

export const readOf = (key: string, fields: Partial<BrokerRead> = {}): BrokerRead => ({
  store: storeName,
  key,
  ...fields,
});

export const watchOf = (key: string, fields: Partial<WatchedSource> = {}): WatchedSource => ({
  ...readOf(key),
  intervalSeconds: 10,
  ...fields,
});

const feedOf = (response: IncomingMessage): OpenFeed => {
  const events: FeedEvent[] = [];
  let ended = false;
  response.on('error', () => undefined).on('close', () => (ended = true));
  createInterface({ input: response })
    .on('error', () => undefined)
    .on('line', (line) => {
      events.push(feedEvent.parse(JSON.parse(line)));
    });
  const named = (event: string): FeedEvent[] => events.filter((item) => item.event === event);
  return {
    events,
    ended: () => ended,
    next: async <E extends FeedEvent['event']>(event: E, count = 1) => {
      await until(() => named(event).length >= count, `event ${event} number ${count}`);
      return named(event)[count - 1] as Extract<FeedEvent, { event: E }>;
    },
    pause: () => response.socket.pause(),
    resume: () => response.socket.resume(),
    cut: () => response.destroy(),
  };
};

/** Calls a broker as a pod does, over one connection at a time. */
export class BrokerCaller {
  readonly agent: Agent;
  readonly #port: number;
  readonly #token: string | undefined;

  constructor(port: number, token: string | undefined, options: RequestOptions = {}) {
    this.#port = port;
    this.#token = token;
    this.agent = new Agent({ keepAlive: true, rejectUnauthorized: false, ...options } as object);
  }

  async send(path: string, body: string | Buffer, options: RequestOptions = {}): Promise<IncomingMessage> {
    const outgoing = request({
      host: '127.0.0.1',
      port: this.#port,
      path,
      method: 'POST',
      agent: this.agent,
      ...options,
      headers: {
        'content-type': 'application/json',
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        ...(options.headers as Record<string, string> | undefined),
      },
    });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  }

  async post(path: string, body: unknown, options?: RequestOptions): Promise<Answer> {
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const response = await this.send(path, sent, options);
    const answer = await text(response);
    const parsed = (answer === '' ? {} : JSON.parse(answer)) as {
      results?: BrokerOutcome[];
      error?: { message: string };
    };
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: answer,
      message: parsed.error?.message ?? '',
      results: parsed.results ?? [],
    };
  }

  async read(...reads: readonly (string | BrokerRead)[]): Promise<Answer> {
    const asked = reads.map((read) => (typeof read === 'string' ? readOf(read) : read));
    return this.post('/v1/secrets', { version: 1, fresh: false, reads: asked });
  }

  async feed(...sources: readonly (string | WatchedSource)[]): Promise<OpenFeed> {
    const asked = sources.map((source) => (typeof source === 'string' ? watchOf(source) : source));
    const response = await this.send('/v1/changes', JSON.stringify({ version: 1, sources: asked }));
    if (response.statusCode !== 200) throw new Error(`${response.statusCode ?? 0}: ${await text(response)}`);
    return feedOf(response);
  }

  close(): void {
    this.agent.destroy();
  }
}

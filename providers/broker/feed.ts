import type { IncomingMessage } from 'node:http';
import { heartbeatSeconds, type FeedEvent } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { readEvent } from './answers.ts';
import { Lines } from './lines.ts';
import { largestDocument } from './post.ts';

export interface FeedOptions {
  readonly server: string;
  readonly clock: Clock;
  /** Takes every event but `end`. False: it is about nothing that was asked for. */
  readonly onEvent: (event: FeedEvent) => boolean;
}

/** A feed that is silent for so long, in milliseconds, is dead. */
const longestSilence = 3 * heartbeatSeconds * 1_000;

/** Ends a stream that says nothing any more. */
class Listener {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #heardAt: number;
  silent = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardAt = clock.monotonic();
  }

  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  async watch(response: IncomingMessage): Promise<void> {
    const left = (): number => this.#heardAt + longestSilence - this.#clock.monotonic();
    try {
      for (let wait = left(); wait > 0; wait = left()) await this.#clock.sleep(wait, this.#over.signal);
      this.silent = true;
      response.destroy();
    } catch {
      // The feed has ended before.
    }
  }

  end(): void {
    this.#over.abort();
  }
}

type LineEnd = { readonly done: boolean; readonly problem?: string };

/** Reads lines one by one: the first opens the feed, `end` ends it. */
class EventReader {
  readonly #onEvent: FeedOptions['onEvent'];
  #opened = false;

  constructor(onEvent: FeedOptions['onEvent']) {
    this.#onEvent = onEvent;
  }

  read(line: Buffer): LineEnd {
    const event = readEvent(line);
    if (event === undefined)
      return { done: true, problem: 'sent a line in its feed that this version does not understand' };
    if (this.#opened === (event.event === 'open'))
      return { done: true, problem: 'did not begin its feed with the line that opens it' };
    this.#opened = true;
    if (event.event === 'end') return { done: true };
    return this.#onEvent(event)
      ? { done: false }
      : { done: true, problem: 'told in its feed of what was not asked for' };
  }
}

/** Reads a feed to its end; an error where that was not planned. The connection is closed afterwards: the next feed finds its own replica. */
export const readFeed = async (
  response: IncomingMessage,
  { server, clock, onEvent }: FeedOptions,
): Promise<Result<undefined, ProviderError>> => {
  const lines = new Lines(largestDocument);
  const reader = new EventReader(onEvent);
  const listener = new Listener(clock);
  const broken = (what: string): Result<undefined, ProviderError> =>
    err(providerError('unavailable', `${server} ${what}`));
  const takeChunk = (chunk: Buffer): LineEnd => {
    const complete = lines.push(chunk);
    if (complete === undefined) return { done: true, problem: 'sent a line in its feed that is too long' };
    for (const line of complete) {
      const end = reader.read(line);
      if (end.done) return end;
    }
    return { done: false };
  };
  const watching = listener.watch(response);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      listener.heard();
      const { done, problem } = takeChunk(chunk);
      if (done) return problem === undefined ? ok(undefined) : broken(problem);
    }
  } catch {
    // However it broke: it is told below.
  } finally {
    listener.end();
    await watching;
    response.destroy();
  }
  return broken(
    listener.silent
      ? `said nothing in its feed for ${longestSilence / 1_000} s`
      : 'ended its feed without a word',
  );
};

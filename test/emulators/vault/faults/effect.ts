import { writeRendered, writeText } from '../http-answer.ts';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../../lib/clock.ts';
import type { Rendered } from '../render.ts';
import type { ActiveFault, Fault } from './fault.ts';

/** A request that a fault has met, on its way to an answer. */
export interface FaultedExchange {
  readonly active: ActiveFault;
  readonly response: ServerResponse;
  /** Has the right answer made; not called by faults that stand in front of Vault. */
  readonly produce: () => Promise<Rendered>;
  readonly clock: Clock;
}

/** Status 0 in the request log: no whole answer was sent. */
const noAnswer = 0;

const defaultHugeBytes = 2 * 1024 * 1024;

const html = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

/** Waits, but not beyond the end of the fault or of the connection. */
async function wait({ active, response, clock }: FaultedExchange, milliseconds: number): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => {
    closed.abort(new Error('the client has gone'));
  });
  await clock.sleep(milliseconds, AbortSignal.any([active.cleared, closed.signal])).catch(() => undefined);
}

const encode = (rendered: Rendered): string => `${JSON.stringify(rendered.body ?? {})}\n`;

/** Sends the headers of a whole body and then parts of it. */
async function sendInPieces(
  exchange: FaultedExchange,
  rendered: Rendered,
  pieces: readonly string[],
  between: () => Promise<void>,
): Promise<void> {
  const { response } = exchange;
  response.writeHead(rendered.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(encode(rendered)),
  });
  for (const piece of pieces) {
    await new Promise<void>((resolve) => {
      response.write(piece, () => {
        resolve();
      });
    });
    await between();
  }
}

function quarters(text: string): string[] {
  const size = Math.ceil(text.length / 4);
  return [0, 1, 2, 3].map((index) => text.slice(index * size, (index + 1) * size));
}

type Effect<K extends Fault['kind']> = (
  exchange: FaultedExchange,
  fault: Extract<Fault, { kind: K }>,
) => Promise<number> | number;

const effects: { readonly [K in Fault['kind']]: Effect<K> } = {
  reset: ({ response }) => {
    response.destroy();
    return noAnswer;
  },
  'reset-mid-body': async (exchange) => {
    const rendered = await exchange.produce();
    const text = encode(rendered);
    await sendInPieces(exchange, rendered, [text.slice(0, text.length / 2)], () => Promise.resolve());
    exchange.response.destroy();
    return noAnswer;
  },
  hang: async ({ active, response }) => {
    await aborted(active.cleared);
    response.destroy();
    return noAnswer;
  },
  'slow-headers': async (exchange, fault) => {
    await wait(exchange, fault.milliseconds);
    return writeRendered(exchange.response, await exchange.produce());
  },
  'slow-body': async (exchange, fault) => {
    const rendered = await exchange.produce();
    const pause = (): Promise<void> => wait(exchange, fault.milliseconds / 4);
    await sendInPieces(exchange, rendered, quarters(encode(rendered)), pause);
    exchange.response.end();
    return rendered.status;
  },
  status: ({ response }, { status, errors, retryAfter }) => {
    const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    return writeRendered(response, { status, body: { errors: errors ?? [] } }, headers);
  },
  sealed: ({ response }) => writeRendered(response, { status: 503, body: { errors: ['Vault is sealed'] } }),
  'truncated-json': async ({ response, produce }) => {
    const rendered = await produce();
    const text = encode(rendered);
    return writeText(response, rendered.status, 'application/json', text.slice(0, text.length / 2));
  },
  html: ({ response }) => writeText(response, 200, 'text/html; charset=utf-8', html),
  'error-body': ({ response }, { errors }) =>
    writeRendered(response, { status: 200, body: { errors: errors ?? ['internal error'] } }),
  'huge-body': async ({ response, produce }, { bytes }) => {
    const { status, body } = await produce();
    const padding = 'x'.repeat(bytes ?? defaultHugeBytes);
    return writeRendered(response, { status, body: { ...body, padding } });
  },
  redirect: ({ response }, { location }) => writeRendered(response, { status: 307, location }),
  'empty-body': ({ response }) => writeText(response, 200, 'application/json', ''),
};

/** Lets the fault have its way with the answer; the status that was sent. */
export async function applyFault(exchange: FaultedExchange): Promise<number> {
  const { fault } = exchange.active;
  const effect = effects[fault.kind] as Effect<Fault['kind']>;
  return await effect(exchange, fault);
}

import { headersOf, writeAnswer } from '../whole-answer.ts';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../../lib/clock.ts';
import type { WholeAnswer } from '../whole-answer.ts';
import type { ActiveFault, AnyFault, CommonEffect } from './fault.ts';

type Produce = () => Promise<WholeAnswer>;

/** Faults whose answer is put in the protocol's own words: all that are not among `effects`. */
export type SpokenFault<F extends AnyFault> = Exclude<F, { readonly kind: CommonKind }>;

/** A request that a fault has met, on its way to an answer. */
export interface FaultedExchange<F extends AnyFault> {
  readonly active: ActiveFault<F>;
  readonly response: ServerResponse;
  /** Has the right answer made; not called by faults that stand in front of the server. */
  readonly produce: Produce;
  readonly clock: Clock;
  /** Makes the answer of a fault in the words of the protocol. */
  readonly speak: (fault: SpokenFault<F>, produce: Produce) => Promise<WholeAnswer>;
}

/** Status 0 in the request log: no whole answer was sent. */
const noAnswer = 0;

export const defaultHugeBytes = 2 * 1024 * 1024;

const html = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

type Exchange = Pick<FaultedExchange<AnyFault>, 'response' | 'produce' | 'clock'> & {
  readonly cleared: AbortSignal;
};

/** Waits, but not beyond the end of the fault or of the connection. */
async function wait({ cleared, response, clock }: Exchange, milliseconds: number): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => {
    closed.abort(new Error('the client has gone'));
  });
  await clock.sleep(milliseconds, AbortSignal.any([cleared, closed.signal])).catch(() => undefined);
}

/** Sends the headers of a whole body and then parts of it. */
async function sendInPieces(
  { response }: Exchange,
  answer: WholeAnswer,
  pieces: readonly string[],
  between: () => Promise<void>,
): Promise<void> {
  response.writeHead(answer.status, headersOf(answer));
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

const half = (text: string): string => text.slice(0, text.length / 2);

type Effect = (exchange: Exchange, milliseconds: number) => Promise<number> | number;

const commonKinds = [
  'reset',
  'reset-mid-body',
  'hang',
  'slow-headers',
  'slow-body',
  'truncated-json',
  'html',
  'empty-body',
] as const satisfies readonly CommonEffect['kind'][];

type CommonKind = (typeof commonKinds)[number];

const effects: Readonly<Record<CommonKind, Effect>> = {
  reset: ({ response }) => {
    response.destroy();
    return noAnswer;
  },
  'reset-mid-body': async (exchange) => {
    const answer = await exchange.produce();
    await sendInPieces(exchange, answer, [half(answer.text)], () => Promise.resolve());
    exchange.response.destroy();
    return noAnswer;
  },
  hang: async ({ cleared, response }) => {
    await aborted(cleared);
    response.destroy();
    return noAnswer;
  },
  'slow-headers': async (exchange, milliseconds) => {
    await wait(exchange, milliseconds);
    return writeAnswer(exchange.response, await exchange.produce());
  },
  'slow-body': async (exchange, milliseconds) => {
    const answer = await exchange.produce();
    const pause = (): Promise<void> => wait(exchange, milliseconds / 4);
    await sendInPieces(exchange, answer, quarters(answer.text), pause);
    exchange.response.end();
    return answer.status;
  },
  'truncated-json': async ({ response, produce }) => {
    const answer = await produce();
    return writeAnswer(response, { ...answer, text: half(answer.text) });
  },
  html: ({ response }) =>
    writeAnswer(response, {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      text: html,
    }),
  'empty-body': async ({ response, produce }) =>
    writeAnswer(response, { status: 200, headers: (await produce()).headers, text: '' }),
};

const isCommon = (kind: string): kind is CommonKind => (commonKinds as readonly string[]).includes(kind);

/** Lets the fault have its way with the answer; the status that was sent. */
export async function applyFault<F extends AnyFault>(exchange: FaultedExchange<F>): Promise<number> {
  const { active, response, produce, clock, speak } = exchange;
  const { fault } = active;
  const { kind } = fault;
  if (!isCommon(kind)) return writeAnswer(response, await speak(fault as SpokenFault<F>, produce));
  const { milliseconds } = fault as { readonly milliseconds?: number };
  return await effects[kind]({ response, produce, clock, cleared: active.cleared }, milliseconds ?? 0);
}

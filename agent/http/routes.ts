import type { Instruments } from '../metrics/instruments.ts';
import { isLoopback } from './loopback.ts';

/** What the HTTP endpoints show. */
export interface HttpView {
  /** Whether any generation is in the volume. */
  readonly isReady: () => boolean;
  readonly status: () => object;
  readonly instruments: () => Promise<Instruments>;
}

export interface HttpAsk {
  readonly method: string;
  /** With its query, as it came. */
  readonly url: string;
  /** The peer's own address, whatever headers say. */
  readonly peer: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const plain = (status: number, body: string): HttpAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

type Route = (view: HttpView, ask: HttpAsk) => HttpAnswer | Promise<HttpAnswer>;

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/livez', () => plain(200, 'ok')],
  ['/readyz', ({ isReady }) => (isReady() ? plain(200, 'ok') : plain(503, 'no generation yet'))],
  [
    '/metrics',
    async (view) => {
      const instruments = await view.instruments();
      return { status: 200, type: instruments.contentType, body: await instruments.render() };
    },
  ],
  [
    '/status',
    (view, { peer }) =>
      isLoopback(peer)
        ? { status: 200, type: 'application/json', body: `${JSON.stringify(view.status(), null, 2)}\n` }
        : plain(403, 'the status is shown within the pod only'),
  ],
]);

/** Answers one request. */
export const answer = async (view: HttpView, ask: HttpAsk): Promise<HttpAnswer> => {
  const route = routes.get(ask.url.split('?', 1)[0] ?? '');
  if (route === undefined) return plain(404, 'not found');
  if (ask.method !== 'GET' && ask.method !== 'HEAD')
    return { ...plain(405, 'only GET and HEAD'), headers: { allow: 'GET, HEAD' } };
  return route(view, ask);
};

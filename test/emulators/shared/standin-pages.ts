import { err, ok } from '../../../lib/result.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Result } from '../../../lib/result.ts';
import type { AnyFault, FaultList } from './faults/fault.ts';
import type { JsonObject } from './json.ts';

export const standinPrefix = '/_standin/';

/** What a page under `/_standin/` says: nothing, or an object; the error is why it refuses. */
export type PageAnswer = Result<JsonObject | undefined, string>;

export type Page<Server> = (server: Server, body: JsonObject) => PageAnswer;

export const done: PageAnswer = ok(undefined);

/** A server that can be cut off. */
interface Refusing {
  readonly core: { readonly clock: Clock };
  acceptConnections(): Promise<void>;
  refuseConnections(): Promise<void>;
}

/** A server that can be looked into and troubled from outside. */
export interface Troubled<Fault extends AnyFault> extends Refusing {
  readonly requests: {
    list(): readonly object[];
    counters(): Readonly<Record<string, number>>;
    clear(): void;
  };
  readonly faults: FaultList<Fault>;
}

/** Refuses connections for a while, after a moment for the answer that announces it. */
function refuseFor(server: Refusing, milliseconds: number): void {
  setImmediate(() => {
    void server
      .refuseConnections()
      .then(() => server.core.clock.sleep(milliseconds))
      .then(() => server.acceptConnections());
  });
}

/** The pages that every stand-in has, by method and path. */
export const commonPages = <Fault extends AnyFault, Server extends Troubled<Fault>>(
  parseFault: (data: JsonObject) => Result<Fault, string>,
): readonly (readonly [string, Page<Server>])[] => [
  ['GET requests', ({ requests }) => ok({ requests: requests.list(), counters: requests.counters() })],
  [
    'DELETE requests',
    (server) => {
      server.requests.clear();
      return done;
    },
  ],
  ['GET faults', (server) => ok({ faults: server.faults.list() })],
  [
    'POST faults',
    (server, body) => {
      const fault = parseFault(body);
      if (!fault.ok) return fault;
      server.faults.add(fault.value);
      return done;
    },
  ],
  [
    'DELETE faults',
    (server) => {
      server.faults.clear();
      return done;
    },
  ],
  [
    'POST refuse',
    (server, body) => {
      const { milliseconds } = body;
      if (typeof milliseconds !== 'number' || milliseconds <= 0) return err('refuse needs milliseconds');
      refuseFor(server, milliseconds);
      return done;
    },
  ],
];

import { afterEach } from '@jest/globals';
import type { Logger } from '../../../lib/log.ts';
import type { Store } from '../../../lib/stores/store.ts';
import type { SecretDocument } from '../../../providers/provider.ts';
import type { CacheOutcome } from '../../../broker/upstream/outcomes.ts';
import { openUpstream } from '../../../broker/upstream/open.ts';
import type { UpstreamLimits, UpstreamOptions } from '../../../broker/upstream/settings.ts';
import type {
  Access,
  News,
  Served,
  Subscription,
  Upstream,
  Wanted,
} from '../../../broker/upstream/upstream.ts';
import { ManualClock } from '../manual-clock.ts';
import { ScriptedBackend, type BackendOptions } from './scripted-backend.ts';

const open: Upstream[] = [];
afterEach(async () => {
  for (const upstream of open.splice(0)) await upstream.close();
});

/** A ClusterSecretStore of a file, which nothing opens. */
export const storeOf = (name = 'one', fields: Partial<Store> = {}): Store => ({
  kind: 'ClusterSecretStore',
  name,
  conditions: [],
  provider: { type: 'vault', server: 'https://vault.example', path: 'kv', kvVersion: 'v2', auth: vaultAuth },
  via: 'broker',
  ...fields,
});

const vaultAuth = {
  method: 'token',
  token: { name: 'vault', key: 'token' },
} as const;

const theStore = storeOf();

export interface AccessFields {
  readonly store?: Store;
  readonly pod?: string;
  readonly namespace?: string;
  readonly wanted?: Partial<Wanted>;
}

export const accessTo = (
  key: string,
  { store = theStore, pod = 'pod', namespace = 'payments', wanted = {} }: AccessFields = {},
): Access => ({ store, wanted: { key, ...wanted }, podUid: pod, namespace });

/** Whether nothing is left of what was in these. */
export const isWiped = (buffers: readonly Buffer[]): boolean =>
  buffers.every((bytes) => bytes.every((byte) => byte === 0));

/** What was served, as a text. */
const showServed = (served: Served): string =>
  served.ok
    ? `${served.value.bytes.reveal().toString()}${served.value.lease === undefined ? '' : ' leased'}`
    : `${served.error.code}: ${served.error.message}`;

export const showNews = (news: News): string =>
  news.kind === 'same' ? `same ${news.document.bytes.reveal().toString()}` : showServed(news.served);

/** One who subscribes, and writes down what it hears. */
export interface Listening extends Subscription {
  readonly heard: string[];
  /** The buffers of documents that it was told. */
  readonly buffers: Buffer[];
}

export interface Game {
  readonly clock: ManualClock;
  readonly backend: ScriptedBackend;
  readonly upstream: Upstream;
  readonly outcomes: CacheOutcome[];
  readonly logs: unknown[][];
  /** Reads and says what it got, as soon as it got it. */
  readonly read: (access: Access, options?: { fresh?: boolean; signal?: AbortSignal }) => Promise<string>;
  /** `has`: the text of the document that it comes with. */
  readonly listen: (access: Access, intervalSeconds: number, has?: string) => Listening;
  /** Lets everything go on that does not wait for time to pass. */
  readonly settle: () => Promise<void>;
}

export interface GameOptions extends Omit<BackendOptions, 'clock'> {
  readonly limits?: Partial<UpstreamLimits>;
  readonly random?: () => number;
  readonly open?: (backend: ScriptedBackend) => UpstreamOptions['open'];
}

const logTo = (logs: unknown[][]): Logger => {
  const log = (...line: unknown[]): void => {
    logs.push(line);
  };
  return { debug: log, info: log, warn: log, error: log };
};

/** An upstream over a backend that does as it is told. It is closed at the end of the test. */
export const play = ({ limits, random = () => 0, ...backendOptions }: GameOptions = {}): Game => {
  const clock = new ManualClock();
  const backend = new ScriptedBackend({ clock, ...backendOptions });
  const outcomes: CacheOutcome[] = [];
  const logs: unknown[][] = [];
  const upstream = openUpstream({
    open: backendOptions.open?.(backend) ?? backend.open,
    clock,
    random,
    log: logTo(logs),
    record: (outcome) => {
      outcomes.push(outcome);
    },
    ...(limits === undefined ? {} : { limits }),
  });
  open.push(upstream);
  const never = new AbortController().signal;
  return {
    clock,
    backend,
    upstream,
    outcomes,
    logs,
    read: async (access, { fresh = false, signal = never } = {}) =>
      showServed(await upstream.read(access, { fresh, signal })),
    listen: (access, intervalSeconds, has) => {
      const heard: string[] = [];
      const buffers: Buffer[] = [];
      const listener = (news: News): void => {
        heard.push(showNews(news));
        if (news.kind === 'same') buffers.push(news.document.bytes.reveal());
        else if (news.served.ok) buffers.push(news.served.value.bytes.reveal());
      };
      const contradicts = ({ bytes }: SecretDocument): boolean =>
        has !== undefined && bytes.reveal().toString() !== has;
      const subscription = upstream.subscribe(access, intervalSeconds, listener, contradicts);
      return {
        heard,
        buffers,
        close: () => {
          subscription.close();
        },
      };
    },
    settle: async () => {
      for (let turn = 0; turn < 4; turn += 1) await clock.advance(0);
    },
  };
};

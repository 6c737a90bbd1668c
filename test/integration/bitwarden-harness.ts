import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { afterEach } from '@jest/globals';
import type { BitwardenConnection } from '../../lib/connections/connection.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource } from '../../lib/plan.ts';
import { providerError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok } from '../../lib/result.ts';
import { openBitwarden } from '../../providers/bitwarden/open.ts';
import type { ResolveAll } from '../../providers/http/guarded-lookup.ts';
import type { Provider, ReadOptions, ReadOutcome } from '../../providers/provider.ts';
import { startBitwardenServer, type BitwardenServer } from '../emulators/bitwarden/server.ts';
import { makeCanary } from '../support/canary.ts';
import { ManualClock } from '../support/manual-clock.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Values that nothing but a document may ever show. */
export const canaries = { db: makeCanary(), api: makeCanary(), foreign: makeCanary() };

export const projectId = '1c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';
const otherProjectId = '2c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';
export const dbId = 'aaaaaaaa-0000-4000-8000-000000000001';
export const foreignId = 'aaaaaaaa-0000-4000-8000-000000000009';

export interface Opening {
  readonly store?: Partial<BitwardenConnection>;
  /** Default: the machine account's newest access token. */
  readonly credential?: () => string;
  readonly resolveHost?: ResolveAll;
}

export interface Opened {
  readonly provider: Provider;
  readonly logs: unknown[][];
  /** `operation outcome` of each request, in the order of their ends. */
  readonly records: string[];
  readonly read: (...keys: string[]) => Promise<readonly ReadOutcome[]>;
  /** As `read`, each outcome as one line. */
  readonly lines: (...keys: string[]) => Promise<string[]>;
  readonly fresh: (...keys: string[]) => Promise<string[]>;
  readonly check: (known: Readonly<Record<string, string>>) => Promise<string[]>;
}

export interface Game {
  readonly bitwarden: BitwardenServer;
  readonly clock: ManualClock;
  readonly open: (over?: Opening) => Promise<Opened>;
}

export const sourceOf = (key: string): PlanSource => ({ store: 0, key, intervalSeconds: 60 });

export const lineOf = (outcome: ReadOutcome | undefined): string => {
  if (outcome === undefined) return 'no outcome';
  return outcome.ok
    ? outcome.value.bytes.reveal().toString()
    : `${outcome.error.code}: ${outcome.error.message}`;
};

const recorder = (logs: unknown[][]): Logger => {
  const add = (...entry: unknown[]): void => {
    logs.push(entry);
  };
  return { debug: add, info: add, warn: add, error: add };
};

/** A real SDK, in its process, and a stand-in for Bitwarden behind TLS. Time stands still until it is moved. */
export const startGame = async (): Promise<Game> => {
  const clock = new ManualClock();
  const bitwarden = await startBitwardenServer({
    clock,
    setup: {
      projects: { payments: { id: projectId }, other: { id: otherProjectId } },
      secrets: [
        { id: dbId, key: 'db', value: `${canaries.db}1`, project: 'payments' },
        { key: 'api', value: canaries.api, project: 'payments' },
        { key: 'Api', value: 'another', project: 'payments' },
        { id: foreignId, key: 'foreign', value: canaries.foreign, project: 'other' },
        { key: 'of no project', value: 'x' },
      ],
      machineAccounts: { broker: { projects: ['payments', 'other'] } },
    },
  });
  closers.push(() => bitwarden.close());
  // What was set up is older than the first sync.
  await clock.advance(10_000);
  const open = async ({ store, credential, resolveHost }: Opening = {}): Promise<Opened> => {
    const logs: unknown[][] = [];
    const records: string[] = [];
    const provider = await openBitwarden(
      {
        name: 'bitwarden',
        kind: 'ClusterSecretStore',
        provider: {
          type: 'bitwardensecretsmanager',
          apiUrl: bitwarden.apiUrl,
          identityUrl: bitwarden.identityUrl,
          organizationId: bitwarden.organizationId,
          projectId,
          caBundle: bitwarden.caPem,
          token: { name: 'bitwarden', key: 'token' },
          allowHttp: false,
          ...store,
        },
      },
      {
        clock,
        log: recorder(logs),
        session: { load: () => undefined, save: () => undefined },
        readToken: () => Promise.reject(new Error('there are no pods here')),
        readCredential: (ref, servers) =>
          Promise.resolve(
            ref.name === 'bitwarden' && servers.length === 2
              ? ok(new Redacted(`${(credential ?? (() => bitwarden.accessToken('broker')))()}\n`))
              : err(providerError('denied', 'not that credential')),
          ),
        resolvePath: (path) => path,
        ...(resolveHost === undefined ? {} : { resolveHost }),
        record: ({ operation, outcome }) => {
          records.push(`${operation} ${outcome}`);
        },
      },
    );
    closers.push(() => {
      provider.close();
    });
    const signal = new AbortController().signal;
    const read = (keys: readonly string[], options?: ReadOptions) =>
      provider.read(keys.map(sourceOf), signal, options);
    return {
      ...{ provider, logs, records },
      read: (...keys) => read(keys),
      lines: async (...keys) => (await read(keys)).map(lineOf),
      fresh: async (...keys) => (await read(keys, { fresh: true })).map(lineOf),
      check: async (known) => {
        const items = Object.entries(known).map(([key, version]) => ({ source: sourceOf(key), version }));
        const states = (await provider.check?.(items, signal)) ?? [];
        return states.map((state) => (state.ok ? String(state.value) : state.error.code));
      },
    };
  };
  return { bitwarden, clock, open };
};

const statOf = (pid: string): { readonly parent: number; readonly command: string } | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    return { parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), command };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
};

/** The processes of ours that have the SDK. */
export const sdkProcesses = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((name) => {
      const stat = statOf(name);
      return stat?.parent === process.pid && stat.command.includes('providers/bitwarden/sdk/main.ts');
    })
    .map(Number);

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrokerOutcome } from '../../lib/broker/protocol.ts';
import { decodeFoundSecrets, encodeFoundSecrets } from '../../lib/found-secrets.ts';
import { Redacted } from '../../lib/redacted.ts';
import { ok } from '../../lib/result.ts';
import type { Access, Served, Upstream } from '../../broker/upstream/upstream.ts';
import type { Manifest } from '../emulators/kube-api/kube-api.ts';
import { InProcessBroker } from '../support/broker/in-process-broker.ts';
import type { BrokerCaller } from '../support/broker/caller.ts';
import { policyTable, type Expected, type PolicyRow } from '../support/policy-table.ts';
import { clustersOf, rowInCluster, type RowInCluster } from '../support/policy/renamed.ts';
import { until } from '../support/until.ts';

/** The backends of all rows: each has what its row wants, and notes who was let through to it. */
class RowBackends implements Upstream {
  readonly reached = new Map<string, Access[]>();
  readonly #rows: ReadonlyMap<string, RowInCluster>;

  constructor(rows: readonly RowInCluster[]) {
    this.#rows = new Map(rows.map((row) => [row.storeName, row]));
  }

  read(access: Access): Promise<Served> {
    return Promise.resolve(this.#answer(access));
  }

  subscribe(
    access: Access,
    _interval: number,
    listener: Parameters<Upstream['subscribe']>[2],
  ): { close(): void } {
    let isOpen = true;
    const served = this.#answer(access);
    setImmediate(() => {
      if (isOpen) listener({ kind: 'served', served });
    });
    return { close: () => (isOpen = false) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer(access: Access): Served {
    const { name } = access.store;
    this.reached.set(name, [...(this.reached.get(name) ?? []), access]);
    const want = this.#rows.get(name)?.row.want;
    if (want !== undefined && 'find' in want)
      return ok({
        bytes: new Redacted(
          encodeFoundSecrets(new Map(want.found.map((found) => [found, Buffer.from('x')]))),
        ),
      });
    const canonical = want?.turnsOutAs;
    return ok({ bytes: new Redacted(Buffer.from('hunter2')), ...(canonical !== undefined && { canonical }) });
  }
}

/** What the broker says to a row, both ways. */
interface Heard {
  readonly read: BrokerOutcome | undefined;
  readonly told: BrokerOutcome | undefined;
  readonly reached: readonly Access[];
  readonly audit: readonly Record<string, unknown>[];
}

interface Asked {
  readonly store: { readonly kind: 'SecretStore' | 'ClusterSecretStore'; readonly name: string };
  readonly key: string;
}

const askedOf = ({ row, storeName }: RowInCluster): Asked => ({
  store: { kind: row.store.kind as Asked['store']['kind'], name: storeName },
  ...('key' in row.want ? { key: row.want.key } : { key: '', find: row.want.find }),
});

const whoOf = ({ row: { who } }: RowInCluster): string => `${who.namespace}/${who.serviceAccount}`;

const follow = async (caller: BrokerCaller, rows: readonly RowInCluster[]): Promise<BrokerOutcome[]> => {
  const feed = await caller.feed(...rows.map((row) => ({ ...askedOf(row), intervalSeconds: 3600 })));
  const told: BrokerOutcome[] = [];
  let seen = 0;
  await until(() => {
    for (const event of feed.events.slice(seen))
      if (event.event === 'secret' || event.event === 'error')
        told[event.index] = event.event === 'secret' ? { secret: event.secret } : { error: event.error };
    seen = feed.events.length;
    return Object.keys(told).length === rows.length;
  }, 'an answer to every source of the feed');
  feed.cut();
  return told;
};

const namespaceObject = (name: string, labels: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const namespacesOf = (rows: readonly PolicyRow[]): readonly Manifest[] =>
  rows.flatMap(({ who: { namespace, namespaceLabels: labels } }) =>
    labels === undefined ? [] : [namespaceObject(namespace, labels)],
  );

/** Asks all rows of one cluster: one request and one feed for each ServiceAccount. */
const ask = async (rows: readonly PolicyRow[], first: number): Promise<ReadonlyMap<PolicyRow, Heard>> => {
  const placed = rows.map((row, index) => rowInCluster(row, first + index));
  const backends = new RowBackends(placed);
  const cluster = await InProcessBroker.open(
    { upstream: backends, install: { current: () => rows[0]!.install, onChange: () => () => undefined } },
    ...namespacesOf(rows),
    ...placed.flatMap(({ objects }) => objects),
  );
  try {
    return await askAt(cluster, placed, backends);
  } finally {
    await cluster.close();
  }
};

/** A pod of the ServiceAccount; the broker hears nothing of a Namespace that the table calls unknown. */
const podOf = async (cluster: InProcessBroker, { row: { who } }: RowInCluster): Promise<BrokerCaller> => {
  const { namespace, serviceAccount, namespaceLabels } = who;
  if (namespaceLabels === undefined) {
    cluster.api.fault = ({ path }) => (path === '/api/v1/namespaces' ? { kind: 'hang' } : undefined);
    cluster.api.dropWatches('namespaces');
    cluster.api.apply(namespaceObject(namespace, {}));
  }
  return cluster.pod(`pod-of-${serviceAccount.replace('.', '-')}`, { namespace, serviceAccount });
};

const askAt = async (
  cluster: InProcessBroker,
  placed: readonly RowInCluster[],
  backends: RowBackends,
): Promise<ReadonlyMap<PolicyRow, Heard>> => {
  const heard = new Map<PolicyRow, Heard>();
  const callers = Map.groupBy(placed, whoOf);
  for (const group of callers.values()) {
    const caller = await podOf(cluster, group[0]!);
    const { results } = await caller.read(...group.map(askedOf));
    const told = await follow(caller, group);
    for (const [index, { row, storeName }] of group.entries())
      heard.set(row, {
        read: results[index],
        told: told[index],
        reached: backends.reached.get(storeName) ?? [],
        audit: cluster.audit.filter(
          ({ store }) => (store as { name?: string } | undefined)?.name === storeName,
        ),
      });
  }
  return heard;
};

const clusters = clustersOf(policyTable);
const answers = new Map<PolicyRow, Heard>();

beforeAll(async () => {
  let first = 0;
  for (const rows of clusters) {
    for (const [row, heard] of await ask(rows, first)) answers.set(row, heard);
    first += rows.length;
  }
}, 120_000);

afterAll(() => {
  answers.clear();
});

const indexOf = new Map(clusters.flat().map((row, index) => [row, index]));

/** What the broker finds out before it asks the policy, in words of its own. */
const ownWords: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['its spec.conditions do not admit namespace "payments"', ['denied', 'the conditions of']],
  ['a SecretStore serves its own namespace only', ['not_found', 'there is no SecretStore']],
]);

/** The code and the words of a denial. */
const denialOf = (expected: Exclude<Expected, { allowed: true }>): readonly [string, string] => {
  if (expected.by === 'policy') return ownWords.get(expected.reason) ?? ['denied', expected.reason];
  return expected.by === 'manifest' ? ['invalid', expected.problem] : ['denied', ''];
};

/** Keys that an answer has; undefined: it is not that of a find. */
const foundIn = (outcome: BrokerOutcome | undefined): readonly string[] | undefined => {
  if (outcome === undefined || 'error' in outcome) return undefined;
  return [...(decodeFoundSecrets(Buffer.from(outcome.secret.bytes, 'base64'))?.keys() ?? [])].sort();
};

/** Allowed as far as words go; what the wire shows is in `policy-wire.test.ts`. */
const isAllowed = ({ expected }: PolicyRow): boolean => expected.allowed || expected.by === 'wire';

test('every row has been asked, by few requests', () => {
  expect(answers.size).toBe(policyTable.length);
  expect(clusters.length).toBeLessThan(10);
});

describe('who gets what from the broker', () => {
  test.each(policyTable.filter(isAllowed))('$name: served', (row) => {
    const { read, told, reached, audit } = answers.get(row)!;
    expect([read, told]).toEqual([{ secret: expect.anything() }, { secret: expect.anything() }]);
    expect(reached.map(({ wanted }) => wanted.key)).toEqual(
      Array(2).fill('key' in row.want ? row.want.key : ''),
    );
    const { expected } = row;
    if (!expected.allowed) return;
    if (expected.kept !== undefined)
      expect([foundIn(read), foundIn(told)]).toEqual(
        [expected.kept, expected.kept].map((kept) => [...kept].sort()),
      );
    const rule = rowInCluster(row, indexOf.get(row)!).rule(expected.rule);
    expect(audit).toEqual(
      ['read', 'feed'].map((via) => expect.objectContaining({ via, outcome: 'served', rule })),
    );
  });

  test.each(policyTable.filter((row) => !isAllowed(row)))('$name: refused', (row) => {
    const { read, told, reached, audit } = answers.get(row)!;
    expect(told).toEqual(read);
    expect(audit.map(({ via, outcome }) => [via, outcome])).toEqual([
      ['read', 'denied'],
      ['feed', 'denied'],
    ]);
    // What a key turns out to be is known when it has been read.
    expect(reached).toHaveLength('key' in row.want && row.want.turnsOutAs !== undefined ? 2 : 0);
    const [code, words] = denialOf(row.expected as Exclude<Expected, { allowed: true }>);
    expect(read).toEqual({
      error: { code, message: expect.stringContaining(words) },
    });
  });
});

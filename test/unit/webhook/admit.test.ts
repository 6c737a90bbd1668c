import { describe, expect, test } from '@jest/globals';
import type { ObjectCache } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { emptyStores, fillStores, lookups } from '../../../lib/kube/object-cache.ts';
import { admit } from '../../../webhook/admit.ts';
import { waitMilliseconds } from '../../../webhook/wait.ts';
import type { Outcome } from '../../../webhook/core/decide.ts';
import { defaultSettings } from '../../../webhook/core/settings.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const role = 'arn:aws:iam::111122223333:role/payments-api';

const store: KubeObject = {
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'SecretStore',
  metadata: { name: 'aws', namespace: 'payments' },
  spec: { provider: { aws: { region: 'eu-central-1' } } },
};

const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    name: 'payments-api',
    namespace: 'payments',
    annotations: { 'eks.amazonaws.com/role-arn': role },
  },
};

/** A cluster in which objects appear when a test says so, and the admission of a pod that needs them. */
const arrival = (
  ...present: KubeObject[]
): { clock: ManualClock; apply: (...objects: KubeObject[]) => void; outcome: Promise<Outcome> } => {
  const clock = new ManualClock();
  const stores = emptyStores(clock);
  fillStores(stores, present);
  const cache: ObjectCache = {
    ...lookups(stores),
    synced: true,
    whenSynced: Promise.resolve(),
    stop: () => Promise.resolve(),
  };
  const annotations = { 'keyferry.dev/inject': 'true', 'keyferry.dev/secret.token': 'aws://payments/feed' };
  const outcome = admit(
    {
      uid: '1',
      scope: { operation: 'CREATE', group: '', resource: 'pods' },
      namespace: 'payments',
      pod: {
        metadata: { annotations },
        spec: { serviceAccountName: 'payments-api', containers: [{ name: 'app' }] },
      },
    },
    { cache, settings: defaultSettings, clock },
  );
  return {
    clock,
    outcome,
    apply: (...objects) => {
      fillStores(stores, objects);
    },
  };
};

const rolesOf = (outcome: Outcome): unknown => {
  const provider = outcome.kind === 'inject' ? outcome.plan.stores[0]?.provider : undefined;
  return provider?.type === 'aws' ? provider.auth.roles : outcome;
};

const codesOf = (outcome: Outcome): unknown =>
  outcome.kind === 'deny' ? outcome.issues.map(({ code }) => code) : outcome;

describe('a pod of an AWS store', () => {
  test('is admitted at once where all is known', async () => {
    const { clock, outcome } = arrival(store, account);
    expect(rolesOf(await outcome)).toEqual([{ arn: role }]);
    expect(clock.untilNext()).toBeUndefined();
  });

  test.each([
    ['the ServiceAccount', [store], [store, account]],
    ['the store', [account], [store, account]],
    ['both', [], [store, account]],
  ])('waits for %s', async (_what, present, applied) => {
    const { clock, apply, outcome } = arrival(...present);
    await clock.advance(waitMilliseconds - 1);
    apply(...applied);
    expect(rolesOf(await outcome)).toEqual([{ arn: role }]);
    await clock.advance(0);
    expect(clock.untilNext()).toBeUndefined();
  });

  test('is refused without its ServiceAccount when the time is up, also where the store came late', async () => {
    const { clock, apply, outcome } = arrival();
    await clock.advance(waitMilliseconds - 1);
    apply(store);
    await clock.advance(1);
    expect(codesOf(await outcome)).toEqual(['unknown_service_account']);
    expect(clock.monotonic()).toBe(waitMilliseconds);
  });

  test('is refused without its store when the time is up', async () => {
    const { clock, outcome } = arrival();
    await clock.advance(waitMilliseconds);
    expect(codesOf(await outcome)).toEqual(['unknown_store']);
    expect(clock.untilNext()).toBeUndefined();
  });
});

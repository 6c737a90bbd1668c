import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { emptyStores, fillStores, lookups } from '../../../lib/kube/object-cache.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { waitForObjects, waitMilliseconds, type Wanted } from '../../../webhook/wait.ts';

const store = (name: string, namespace?: string, provider: object = { vault: {} }): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: namespace === undefined ? 'ClusterSecretStore' : 'SecretStore',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { provider },
});

const awsStore = (name: string, namespace: string): KubeObject => store(name, namespace, { aws: {} });

const selector = { namespaceSelector: { matchLabels: { team: 'payments' } } };

/** A store whose field has rules, one of them by labels of the namespace. */
const selective = (name: string, field: 'conditions' | 'access'): KubeObject => ({
  ...store(name),
  spec: { provider: { vault: {} }, [field]: [{ namespaces: ['two'] }, selector] },
});

const theirs = (object: KubeObject): KubeObject => ({ ...object, apiVersion: 'external-secrets.io/v1' });

const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'api', namespace: 'one' },
};

const ownNamespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'one' } };

/** An ExternalSecret of the store `of`, and of others that its entries name. */
const externalSecret = (name: string, of: string, ...others: string[]): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ExternalSecret',
  metadata: { name, namespace: 'one' },
  spec: {
    secretStoreRef: { name: of },
    data: [
      { secretKey: 'a', remoteRef: { key: 'x' } },
      ...others.map((other, index) => ({
        secretKey: `b${index}`,
        remoteRef: { key: 'x' },
        sourceRef: { storeRef: { name: other, kind: 'ClusterSecretStore' } },
      })),
    ],
  },
});

/** Somebody who waits in a cluster where objects appear when a test says so. */
class Waiting {
  readonly clock = new ManualClock();
  readonly #stores = emptyStores(this.clock);
  readonly #objects: KubeObject[];
  readonly done: Promise<void>;
  over = false;

  constructor(wanted: Partial<Wanted>, ...objects: KubeObject[]) {
    this.#objects = objects;
    fillStores(this.#stores, objects);
    const all = { namespace: 'one', stores: [], externalSecrets: [], serviceAccount: 'api', ...wanted };
    this.done = waitForObjects(lookups(this.#stores), all, this.clock).then(() => {
      this.over = true;
    });
  }

  async apply(...objects: KubeObject[]): Promise<boolean> {
    this.#objects.push(...objects);
    fillStores(this.#stores, this.#objects);
    await this.clock.advance(0);
    return this.over;
  }

  async afterMilliseconds(milliseconds: number): Promise<boolean> {
    await this.clock.advance(milliseconds);
    return this.over;
  }
}

/** Whether nobody waits for anything any more. */
const isQuiet = ({ clock }: Waiting): boolean => clock.untilNext() === undefined;

describe('nobody waits', () => {
  test.each<[string, Partial<Wanted>, KubeObject[]]>([
    ['for nothing', {}, []],
    ['for a store that is known', { stores: ['a'] }, [store('a')]],
    ['for a store of the other API', { stores: ['a'] }, [theirs(store('a', 'one'))]],
    ['for a ServiceAccount that no store needs', { stores: ['a'] }, [store('a', 'one')]],
    ['for a ServiceAccount that is known', { stores: ['a'] }, [awsStore('a', 'one'), account]],
    ['for a Namespace whose labels no store goes by', { stores: ['a'] }, [store('a')]],
    ['for a Namespace that is known', { stores: ['a'] }, [selective('a', 'conditions'), ownNamespace]],
    [
      'for an ExternalSecret with its stores',
      { externalSecrets: ['e'] },
      [externalSecret('e', 'a', 'b'), store('a', 'one'), store('b')],
    ],
    [
      'for stores of an ExternalSecret that cannot be read',
      { externalSecrets: ['e'] },
      [{ ...externalSecret('e', 'a'), spec: {} }],
    ],
  ])('%s', async (_what, wanted, objects) => {
    const waiting = new Waiting(wanted, ...objects);
    await waiting.done;
    expect(isQuiet(waiting)).toBe(true);
  });
});

describe('what is not known is waited for', () => {
  test('either kind of each store, and nothing once they are there', async () => {
    const waiting = new Waiting({ stores: ['a', 'b', 'c'] });
    expect(await waiting.apply(store('a'))).toBe(false);
    expect(await waiting.apply(store('b', 'one'))).toBe(false);
    expect(await waiting.apply(theirs(store('c', 'one')))).toBe(true);
    expect(isQuiet(waiting)).toBe(true);
  });

  test('a store of another namespace is none', async () => {
    const waiting = new Waiting({ stores: ['a'] });
    expect(await waiting.apply(store('a', 'two'))).toBe(false);
    expect(await waiting.afterMilliseconds(waitMilliseconds)).toBe(true);
  });

  test('the ServiceAccount, where a store that came reads its annotations', async () => {
    const waiting = new Waiting({ stores: ['a'] });
    expect(await waiting.apply(awsStore('a', 'one'))).toBe(false);
    expect(await waiting.apply(account)).toBe(true);
  });

  test.each(['conditions', 'access'] as const)(
    'the Namespace, where the %s of a store that came go by its labels',
    async (field) => {
      const waiting = new Waiting({ stores: ['a'] });
      expect(await waiting.apply(selective('a', field))).toBe(false);
      expect(await waiting.apply(ownNamespace)).toBe(true);
      expect(isQuiet(waiting)).toBe(true);
    },
  );

  test('an ExternalSecret, then its stores, of their kinds', async () => {
    const waiting = new Waiting({ externalSecrets: ['e'] });
    expect(await waiting.apply(store('a', 'one'))).toBe(false);
    expect(await waiting.apply(externalSecret('e', 'a', 'b'))).toBe(false);
    expect(await waiting.apply(store('b', 'one'))).toBe(false);
    expect(await waiting.apply(theirs(store('b')))).toBe(true);
    expect(isQuiet(waiting)).toBe(true);
  });

  test('all of it for two seconds together', async () => {
    const waiting = new Waiting({ externalSecrets: ['e'] });
    expect(await waiting.afterMilliseconds(1500)).toBe(false);
    expect(await waiting.apply(externalSecret('e', 'a'))).toBe(false);
    expect(await waiting.afterMilliseconds(499)).toBe(false);
    expect(await waiting.afterMilliseconds(1)).toBe(true);
    expect(isQuiet(waiting)).toBe(true);
  });

  test('and what does not come is gone on without', async () => {
    const waiting = new Waiting({ stores: ['a'], externalSecrets: ['e'] });
    expect(await waiting.afterMilliseconds(waitMilliseconds - 1)).toBe(false);
    expect(await waiting.afterMilliseconds(1)).toBe(true);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { emptyStores, fillStores, lookups } from '../../../lib/kube/object-cache.ts';
import { admit } from '../../../webhook/admit.ts';
import type { Outcome } from '../../../webhook/core/decide.ts';
import { defaultSettings } from '../../../webhook/core/settings.ts';
import { waitMilliseconds } from '../../../webhook/wait.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const apiVersion = 'keyferry.dev/v1beta1';
const namespace = 'payments';

const store: KubeObject = {
  apiVersion,
  kind: 'ClusterSecretStore',
  metadata: { name: 'vault' },
  spec: {
    via: 'broker',
    provider: {
      vault: {
        server: 'https://vault.example',
        path: 'secret',
        auth: { kubernetes: { mountPath: 'kubernetes', role: 'reader' } },
      },
    },
  },
};

const names = (key: string, of: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion,
  kind: 'ExternalSecret',
  metadata: { name: 'db', namespace, ...of },
  spec: {
    secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
    data: [{ secretKey: 'password', remoteRef: { key } }],
  },
});

const theirs = (object: KubeObject): KubeObject => ({ ...object, apiVersion: 'external-secrets.io/v1' });

const settings = {
  ...defaultSettings,
  broker: {
    server: 'https://broker.example',
    namespace: 'keyferry-system',
    install: { credentials: [], serviceAccounts: [] },
  },
};

/** A pod that is being admitted in a cluster where objects appear when a test says so. */
class Admission {
  readonly clock = new ManualClock();
  readonly outcome: Promise<Outcome>;
  over = false;
  readonly #stores = emptyStores(this.clock);

  constructor(objects: readonly KubeObject[], annotations: Readonly<Record<string, string>> = {}) {
    fillStores(this.#stores, objects);
    const all = {
      'keyferry.dev/inject': 'true',
      'keyferry.dev/secret.password': 'vault://payments/db',
      ...annotations,
    };
    this.outcome = admit(
      {
        uid: '1',
        scope: { operation: 'CREATE', group: '', resource: 'pods' },
        namespace,
        pod: { metadata: { annotations: all }, spec: { containers: [{ name: 'app' }] } },
      },
      { cache: lookups(this.#stores), settings, clock: this.clock },
    ).finally(() => {
      this.over = true;
    });
  }

  /** Makes these all that there is; whether the pod is decided on then. */
  async apply(...objects: readonly KubeObject[]): Promise<boolean> {
    fillStores(this.#stores, objects);
    await this.clock.advance(0);
    return this.over;
  }

  async afterMilliseconds(milliseconds: number): Promise<boolean> {
    await this.clock.advance(milliseconds);
    return this.over;
  }

  /** Nobody waits for anything any more. */
  get isQuiet(): boolean {
    return this.clock.untilNext() === undefined;
  }
}

const codesOf = (outcome: Outcome): readonly string[] =>
  outcome.kind === 'deny' ? outcome.issues.map(({ code }) => code) : [outcome.kind];

describe('a pod whose key no ExternalSecret names yet', () => {
  test('waits for one that does', async () => {
    const admission = new Admission([store]);
    expect(await admission.afterMilliseconds(waitMilliseconds - 1)).toBe(false);
    expect(await admission.apply(store, names('payments/db'))).toBe(true);
    expect(codesOf(await admission.outcome)).toEqual(['inject']);
    expect(admission.isQuiet).toBe(true);
  });

  test('does not wait where it is there, also in the other API', async () => {
    for (const present of [names('payments/db'), theirs(names('payments/db'))]) {
      const admission = new Admission([store, present]);
      expect(codesOf(await admission.outcome)).toEqual(['inject']);
      expect(admission.isQuiet).toBe(true);
    }
  });

  test('takes one that is changed to name it, or is of the other API', async () => {
    for (const came of [names('payments/db'), theirs(names('payments/db', { name: 'late' }))]) {
      const admission = new Admission([store, names('payments/other')]);
      expect(await admission.afterMilliseconds(1)).toBe(false);
      expect(await admission.apply(store, came)).toBe(true);
      expect(codesOf(await admission.outcome)).toEqual(['inject']);
    }
  });

  test('is refused when the time is up, which others that come do not make longer', async () => {
    const admission = new Admission([store]);
    expect(await admission.afterMilliseconds(1500)).toBe(false);
    expect(await admission.apply(store, names('payments/other'))).toBe(false);
    expect(await admission.apply(store, names('payments/db', { namespace: 'shop' }))).toBe(false);
    expect(await admission.afterMilliseconds(499)).toBe(false);
    expect(await admission.afterMilliseconds(1)).toBe(true);
    expect(codesOf(await admission.outcome)).toEqual(['access_denied']);
    expect(admission.isQuiet).toBe(true);
  });

  test('has two seconds in all, with those that its store took', async () => {
    const admission = new Admission([]);
    expect(await admission.afterMilliseconds(1500)).toBe(false);
    expect(await admission.apply(store)).toBe(false);
    expect(await admission.afterMilliseconds(499)).toBe(false);
    expect(await admission.afterMilliseconds(1)).toBe(true);
    expect(codesOf(await admission.outcome)).toEqual(['access_denied']);
  });

  test('is told of what is wrong with an ExternalSecret that came, rather than nothing', async () => {
    const admission = new Admission([store]);
    expect(await admission.afterMilliseconds(1)).toBe(false);
    expect(await admission.apply(store, { ...names('payments/db'), spec: {} })).toBe(false);
    expect(await admission.afterMilliseconds(waitMilliseconds)).toBe(true);
    expect(codesOf(await admission.outcome)).toEqual(['access_denied']);
  });
});

describe('nobody waits', () => {
  test.each<[string, readonly KubeObject[], Readonly<Record<string, string>>]>([
    ['where something else is wrong too', [store], { 'keyferry.dev/file-mode': 'rw' }],
    [
      'to find keys, which takes a rule of the store',
      [
        store,
        {
          ...names(''),
          spec: {
            secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
            dataFrom: [{ find: { name: { regexp: '.*' } } }],
          },
        },
      ],
      { 'keyferry.dev/external-secrets': 'db' },
    ],
  ])('%s', async (_what, objects, annotations) => {
    const admission = new Admission(objects, annotations);
    expect(codesOf(await admission.outcome)).toContain('access_denied');
    expect(admission.isQuiet).toBe(true);
  });
});

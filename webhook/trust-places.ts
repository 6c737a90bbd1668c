import type { CopyPlaces } from '../certs/trust-copies.ts';
import type { BrokerInstall } from '../lib/broker/install.ts';
import { trustNamespaces, type NamespaceContent } from '../lib/broker/trust-namespaces.ts';
import type { Clock } from '../lib/clock.ts';
import { deepEqual } from '../lib/deep-equal.ts';
import { storesOf } from '../lib/external-secrets/read.ts';
import { pause } from '../lib/kube/backoff.ts';
import { bothGroups, listBoth, listInBoth, namespaceLabels } from '../lib/kube/both-apis.ts';
import type { ObjectCache } from '../lib/kube/cache.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { ObjectChange } from '../lib/kube/object-store.ts';
import { readStore } from '../lib/stores/store.ts';

export interface TrustPlacesOptions {
  readonly cache: ObjectCache;
  readonly install: () => BrokerInstall;
  readonly clock: Clock;
}

const kinds = ['SecretStore', 'ClusterSecretStore', 'ExternalSecret'] as const;

/** Whoever applies a chart changes many objects at once; they are looked at together. */
const settleMilliseconds = 500;

/** A status is written again and again, and says nothing of who needs what. */
const matters = (change: ObjectChange<KubeObject>): boolean =>
  change.type !== 'modified' ||
  !deepEqual(change.object.spec, change.previous.spec) ||
  !deepEqual(change.object.metadata.labels, change.previous.metadata.labels);

const contentOf = (cache: ObjectCache, name: string): NamespaceContent => ({
  name,
  labels: namespaceLabels(cache, name) ?? {},
  named: listInBoth(cache, 'ExternalSecret', name).flatMap((manifest) => storesOf(manifest)),
});

const placesIn = (cache: ObjectCache, install: BrokerInstall): ReadonlySet<string> => {
  const manifests = (['SecretStore', 'ClusterSecretStore'] as const).flatMap((kind) => listBoth(cache, kind));
  const stores = manifests.flatMap((manifest) => readStore(manifest).store ?? []);
  const contents = cache.list('Namespace').map(({ metadata: { name } }) => contentOf(cache, name));
  return new Set(trustNamespaces(stores, contents, install));
};

/** The namespaces that the broker's certificates are copied to, from the caches. */
export const trustPlaces = ({ cache, install, clock }: TrustPlacesOptions): CopyPlaces => {
  let known: { readonly install: BrokerInstall; readonly places: ReadonlySet<string> } | undefined;
  const forget = (): void => {
    known = undefined;
  };
  const follow = (changed: () => void): (() => void) => {
    const listener = (change: ObjectChange<KubeObject>): void => {
      if (matters(change)) changed();
    };
    const ends = [
      cache.onChange('Namespace', listener),
      ...kinds.flatMap((kind) => bothGroups.map((group) => cache.onChange(kind, listener, group))),
    ];
    return () => {
      for (const end of ends) end();
    };
  };
  follow(forget);
  return {
    current: () => {
      if (!cache.synced) return undefined;
      const now = install();
      if (known?.install !== now) known = { install: now, places: placesIn(cache, now) };
      return known.places;
    },
    onChange: (listener) => {
      const ended = new AbortController();
      let waiting = false;
      const settle = async (): Promise<void> => {
        if (await pause(clock, settleMilliseconds, ended.signal)) {
          waiting = false;
          listener();
        }
      };
      const end = follow(() => {
        if (waiting) return;
        waiting = true;
        void settle();
      });
      // The last of the caches to be read may be empty: then nothing changes when they are known.
      const toldWhenKnown = async (): Promise<void> => {
        await cache.whenSynced;
        if (!ended.signal.aborted) listener();
      };
      if (!cache.synced) void toldWhenKnown();
      return () => {
        ended.abort();
        end();
      };
    },
  };
};

import { trustConfigMap, trustKey } from '../lib/broker/names.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/kube/backoff.ts';
import { configMapResource, parseConfigMap, type ConfigMap } from '../lib/kube/config-map.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { Reflector } from '../lib/kube/reflector.ts';
import type { Logger } from '../lib/log.ts';

/** The certificates that brokers are trusted by. */
export interface TrustSource {
  /** PEM; empty before the first broker has written its own. */
  current(): string;
  /** Calls `listener` with each new text; returns a function that ends this. Listeners must not throw. */
  onChange(listener: (bundle: string) => void): () => void;
}

export interface WatchedTrust extends TrustSource {
  readonly configMaps: Reflector<ConfigMap>;
  stop(): Promise<void>;
}

export interface TrustSourceOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The broker's own. */
  readonly namespace: string;
}

/** Follows the broker's own ConfigMap. Needs list and watch on it. */
export const watchTrust = ({ namespace, ...options }: TrustSourceOptions): WatchedTrust => {
  const configMaps = new Reflector({
    ...options,
    resource: configMapResource(trustConfigMap, namespace),
    transform: parseConfigMap,
  });
  const current = (): string => configMaps.objects.get(namespace, trustConfigMap)?.data[trustKey] ?? '';
  return {
    configMaps,
    current,
    onChange: (listener) => {
      let told = current();
      return configMaps.objects.onChange(() => {
        const bundle = current();
        if (bundle === told) return;
        told = bundle;
        listener(bundle);
      });
    },
    stop: () => configMaps.stop(),
  };
};

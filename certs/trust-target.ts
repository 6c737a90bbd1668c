import { trustConfigMap, trustKey } from '../lib/broker/names.ts';
import type { Clock } from '../lib/clock.ts';
import type { Asking } from '../lib/kube/ask.ts';
import { createConfigMap, getConfigMap, patchConfigMap, type ConfigMap } from '../lib/kube/config-map.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { ok } from '../lib/result.ts';
import type { BundleTarget, Watched } from './bundle-target.ts';
import { trustLabels } from './core/trust-copies.ts';

export interface TrustTargetOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  /** The broker's own. */
  readonly namespace: string;
  readonly configMaps: Watched<ConfigMap>;
}

const answerWithin = 15_000;

/** The broker's ConfigMap as something whose one bundle is kept, and which is made where it is missing. */
export const trustTarget = ({
  connection,
  clock,
  namespace,
  configMaps,
}: TrustTargetOptions): BundleTarget => {
  const name = { namespace, name: trustConfigMap };
  const asking = (signal: AbortSignal): Asking => ({
    connection,
    clock,
    milliseconds: answerWithin,
    signal,
  });
  const dataOf = (bundles: readonly string[]): Record<string, string> => ({ [trustKey]: bundles.join('') });
  return {
    id: `ConfigMap ${namespace}/${trustConfigMap}`,
    what: 'the trust bundle',
    suspect: 'a tool that applies manifests?',
    get synced() {
      return configMaps.synced;
    },
    watched: () => {
      const found = configMaps.objects.get(namespace, trustConfigMap);
      return found && [found.data[trustKey] ?? ''];
    },
    onChange: (listener) => configMaps.objects.onChange(listener),
    get: async (signal) => {
      const found = await getConfigMap(asking(signal), name);
      if (!found.ok) return found;
      const resourceVersion = found.value?.metadata.resourceVersion;
      if (found.value === undefined || resourceVersion === undefined) return ok(undefined);
      return ok({ resourceVersion, bundles: [found.value.data[trustKey] ?? ''] });
    },
    patch: ({ resourceVersion, bundles }, signal) =>
      patchConfigMap(asking(signal), name, { resourceVersion, labels: trustLabels, data: dataOf(bundles) }),
    whenMissing: {
      kind: 'create',
      create: (bundles, signal) =>
        createConfigMap(asking(signal), name, { labels: trustLabels, data: dataOf(bundles) }),
    },
  };
};

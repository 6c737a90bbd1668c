import { ok } from '../lib/result.ts';
import {
  type WebhookConfiguration,
  type WebhookConfigurationClient,
  type WebhookConfigurationKind,
} from '../lib/kube/webhook-configuration.ts';
import type { BundleTarget, Watched, WhenMissing } from './bundle-target.ts';

export interface WebhookTargetOptions {
  readonly kind: WebhookConfigurationKind;
  readonly name: string;
  readonly configurations: Watched<WebhookConfiguration>;
  readonly client: WebhookConfigurationClient;
  readonly whenMissing: WhenMissing;
}

/** A webhook configuration as something whose bundles are kept: the `caBundle` of each of its webhooks. */
export const webhookTarget = ({
  kind,
  name,
  configurations,
  client,
  whenMissing,
}: WebhookTargetOptions): BundleTarget => ({
  id: `${kind} ${name}`,
  what: 'the caBundle',
  suspect: 'cert-manager? use certificate files then',
  whenMissing,
  get synced() {
    return configurations.synced;
  },
  watched: () => configurations.objects.get(undefined, name)?.caBundles,
  onChange: (listener) => configurations.objects.onChange(listener),
  get: async (signal) => {
    const found = await client.get(name, signal);
    if (!found.ok) return found;
    const resourceVersion = found.value?.metadata.resourceVersion;
    if (found.value === undefined || resourceVersion === undefined) return ok(undefined);
    return ok({ resourceVersion, bundles: found.value.caBundles });
  },
  patch: ({ resourceVersion, bundles }, signal) =>
    client.patchBundles({ name, resourceVersion, caBundles: bundles }, signal),
});

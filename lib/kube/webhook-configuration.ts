import type { Clock } from '../clock.ts';
import { ok, type Result } from '../result.ts';
import { ask } from './ask.ts';
import type { KubeConnection, KubeRequest } from './connection.ts';
import type { KubeFailure } from './failure.ts';
import { isRecord, parseObject, type KubeObject } from './object.ts';
import { objectPath, type KubeResource } from './resource.ts';

/** The two kinds of configurations that webhooks have. */
export type WebhookConfigurationKind = 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration';

/** A configuration of webhooks, reduced to what the certificates need of it. */
export interface WebhookConfiguration extends KubeObject {
  /** The certificate bundles, PEM text, in the order of the configuration's `webhooks`; empty where there is none. */
  readonly caBundles: readonly string[];
}

const apiVersion = 'admissionregistration.k8s.io/v1';

const plurals = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
} as const satisfies Record<WebhookConfigurationKind, string>;

/** Lists and watches only the one configuration, so that RBAC can name it. */
export const webhookConfigurationResource = (
  kind: WebhookConfigurationKind,
  name?: string,
): KubeResource => ({
  group: 'admissionregistration.k8s.io',
  apiVersion,
  kind,
  plural: plurals[kind],
  name,
});

const bundleOf = (webhook: unknown): string => {
  const client = isRecord(webhook) ? webhook['clientConfig'] : undefined;
  const bundle = isRecord(client) ? client['caBundle'] : undefined;
  return typeof bundle === 'string' ? Buffer.from(bundle, 'base64').toString('utf8') : '';
};

export const parseWebhookConfiguration = (
  kind: WebhookConfigurationKind,
  value: unknown,
): WebhookConfiguration | undefined => {
  const object = parseObject(value, { apiVersion, kind });
  if (!object.ok) return undefined;
  const webhooks = isRecord(value) && Array.isArray(value['webhooks']) ? value['webhooks'] : [];
  return { ...object.value, caBundles: webhooks.map(bundleOf) };
};

export interface BundlePatch {
  readonly name: string;
  /** Of the configuration that the bundles were computed from: another version makes the patch a conflict (409). */
  readonly resourceVersion: string;
  /** PEM text for each of the configuration's `webhooks`, in order. */
  readonly caBundles: readonly string[];
}

export interface WebhookConfigurationClient {
  /** The configuration as it is now; undefined when there is none. */
  get(name: string, signal: AbortSignal): Promise<Result<WebhookConfiguration | undefined, KubeFailure>>;
  /** Writes all bundles in one step, or none: status 409 when somebody else wrote in between. */
  patchBundles(patch: BundlePatch, signal: AbortSignal): Promise<Result<WebhookConfiguration, KubeFailure>>;
}

/**
 * A JSON patch with the version in it: the API server compares it with the stored one, and answers 409 when they differ
 * (a `test` operation would be answered with 422, like a bundle that it does not accept).
 */
const patchText = ({ resourceVersion, caBundles }: BundlePatch): string =>
  JSON.stringify([
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    ...caBundles.map((bundle, index) => ({
      op: 'add',
      path: `/webhooks/${index}/clientConfig/caBundle`,
      value: Buffer.from(bundle).toString('base64'),
    })),
  ]);

const answerWithin = 15_000;

export const webhookConfigurationClient = (
  kind: WebhookConfigurationKind,
  connection: KubeConnection,
  clock: Clock,
): WebhookConfigurationClient => {
  const path = (name: string): string => objectPath(webhookConfigurationResource(kind), name);
  const parse = (body: unknown): WebhookConfiguration | undefined => parseWebhookConfiguration(kind, body);
  const send = (
    request: Omit<KubeRequest, 'signal'>,
    signal: AbortSignal,
  ): Promise<Result<WebhookConfiguration, KubeFailure>> =>
    ask({ connection, clock, milliseconds: answerWithin, signal }, request, parse);
  return {
    get: async (name, signal) => {
      const answer = await send({ method: 'GET', path: path(name) }, signal);
      return !answer.ok && answer.error.status === 404 ? ok(undefined) : answer;
    },
    patchBundles: (patch, signal) =>
      send(
        {
          method: 'PATCH',
          path: path(patch.name),
          query: { fieldManager: 'keyferry-webhook' },
          body: { contentType: 'application/json-patch+json', text: patchText(patch) },
        },
        signal,
      ),
  };
};

import type { Clock } from '../clock.ts';
import { err, ok, type Result } from '../result.ts';
import type { KubeConnection, KubeResponse } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { responseFailure, thrownFailure, type KubeFailure } from './failure.ts';
import { isRecord, parseObject, type KubeObject } from './object.ts';
import { objectPath, type KubeResource } from './resource.ts';

/** A MutatingWebhookConfiguration, reduced to what the certificates need of it. */
export interface WebhookConfiguration extends KubeObject {
  /** The certificate bundles, PEM text, in the order of the configuration's `webhooks`; empty where there is none. */
  readonly caBundles: readonly string[];
}

const defaults = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
} as const;

/** Lists and watches only the one configuration, so that RBAC can name it. */
export const webhookConfigurationResource = (name?: string): KubeResource => ({
  group: 'admissionregistration.k8s.io',
  ...defaults,
  plural: 'mutatingwebhookconfigurations',
  name,
});

const bundleOf = (webhook: unknown): string => {
  const client = isRecord(webhook) ? webhook['clientConfig'] : undefined;
  const bundle = isRecord(client) ? client['caBundle'] : undefined;
  return typeof bundle === 'string' ? Buffer.from(bundle, 'base64').toString('utf8') : '';
};

export const parseWebhookConfiguration = (value: unknown): WebhookConfiguration | undefined => {
  const object = parseObject(value, defaults);
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
const unexpected: KubeFailure = {
  status: undefined,
  message: 'the API server answered with something that is not a MutatingWebhookConfiguration',
};

const parseAnswer = async (response: KubeResponse): Promise<Result<WebhookConfiguration, KubeFailure>> => {
  if (response.status !== 200) return err(await responseFailure(response));
  const configuration = parseWebhookConfiguration(JSON.parse(await response.text()));
  return configuration === undefined ? err(unexpected) : ok(configuration);
};

export const webhookConfigurationClient = (
  connection: KubeConnection,
  clock: Clock,
): WebhookConfigurationClient => {
  const path = (name: string): string => objectPath(webhookConfigurationResource(), name);
  const within = async <T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result<T, KubeFailure>>,
  ): Promise<Result<T, KubeFailure>> => {
    try {
      return await withDeadline({ clock, milliseconds: answerWithin, signal }, work);
    } catch (error) {
      return err(thrownFailure(error));
    }
  };
  return {
    get: async (name, signal) => {
      const answer = await within(signal, async (until) =>
        parseAnswer(await connection.request({ method: 'GET', path: path(name), signal: until })),
      );
      return !answer.ok && answer.error.status === 404 ? ok(undefined) : answer;
    },
    patchBundles: (patch, signal) =>
      within(signal, async (until) =>
        parseAnswer(
          await connection.request({
            method: 'PATCH',
            path: path(patch.name),
            query: { fieldManager: 'keyferry-webhook' },
            body: { contentType: 'application/json-patch+json', text: patchText(patch) },
            signal: until,
          }),
        ),
      ),
  };
};

import { Podbox, type PodboxOptions } from '../podbox/podbox.ts';
import type { Pod, TakenPod } from '../podbox/manifest/pod-types.ts';
import type { TokenRequest } from '../podbox/types.ts';
import { isRecord } from './objects/types.ts';
import type { KubeApi, Manifest } from './kube-api.ts';

export interface KubeletOptions extends Omit<PodboxOptions, 'tokens' | 'configMaps' | 'onStatus'> {
  /** Has to have an issuer. */
  readonly api: KubeApi;
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

const messageOf = (body: unknown): string => (isRecord(body) ? String(body['message']) : String(body));

const tokenOf = async (
  api: KubeApi,
  { namespace, serviceAccount, pod, audience, expirationSeconds }: TokenRequest,
): Promise<{ token: string; expiresAt: number }> => {
  const { status, body } = await api.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    body: {
      spec: {
        ...(audience !== undefined && { audiences: [audience] }),
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', ...pod },
      },
    },
  });
  if (status !== 201) throw new Error(messageOf(body));
  const { token, expirationTimestamp } = (body as { status: { token: string; expirationTimestamp: string } })
    .status;
  return { token, expiresAt: Date.parse(expirationTimestamp) };
};

/**
 * Podbox as the kubelet of an API server: its pods' tokens come from TokenRequests and are bound to them, ConfigMaps are the server's and
 * show their changes at once (a kubelet takes 15 to 90 s), and the server has the pods' statuses, addresses too. All of their processes connect
 * from 127.0.0.1, which is what `status.podIPs` says.
 */
export class Kubelet implements AsyncDisposable {
  readonly podbox: Podbox;
  readonly #api: KubeApi;
  readonly #running: Set<TakenPod>;
  readonly #unsubscribe: () => void;

  private constructor(api: KubeApi, podbox: Podbox, running: Set<TakenPod>) {
    this.#api = api;
    this.podbox = podbox;
    this.#running = running;
    this.#unsubscribe = api.onChange('configmaps', ({ metadata }) => {
      for (const pod of running) if (pod.metadata.namespace === metadata.namespace) this.#refresh(pod);
    });
  }

  static async start({ api, ...options }: KubeletOptions): Promise<Kubelet> {
    const running = new Set<TakenPod>();
    const podbox = await Podbox.create({
      ...options,
      tokens: (request) => tokenOf(api, request),
      configMaps: (namespace, name) => {
        const found = api.get('configmaps', name, namespace);
        return found && textsOf(found['data']);
      },
      onStatus: (pod, status) => {
        const { name, namespace, uid } = pod.metadata;
        running.add(pod);
        if (api.get('pods', name, namespace)?.metadata.uid === uid)
          api.setStatus('pods', name, namespace, status);
      },
    });
    return new Kubelet(api, podbox, running);
  }

  /** Creates a pod through the API server, and so through its webhooks, and runs it. Throws what the server answers when it refuses. */
  async run(manifest: Manifest): Promise<TakenPod> {
    const { namespace = 'default' } = manifest.metadata;
    const { status, body } = await this.#api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: manifest,
    });
    if (status !== 201) throw new Error(messageOf(body));
    return this.podbox.run(body as Pod);
  }

  /** Ends a pod's processes, and then removes its object. */
  async delete({ metadata }: TakenPod, gracePeriodSeconds?: number): Promise<void> {
    const { name, namespace, uid } = metadata;
    await this.podbox.delete(`${namespace}/${name}`, gracePeriodSeconds);
    for (const pod of this.#running) if (pod.metadata.uid === uid) this.#running.delete(pod);
    if (this.#api.get('pods', name, namespace)?.metadata.uid === uid)
      this.#api.delete('pods', name, namespace);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.podbox.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #refresh(pod: TakenPod): void {
    // A pod that is going has no volumes any more.
    this.podbox.refreshVolumes(pod).catch(() => undefined);
  }
}

import jsonPatch from 'fast-json-patch';
import { startScriptedApi, statusBody, type Exchange, type ScriptedApi } from './scripted-api.ts';

interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; uid: string; namespace?: string; resourceVersion: string };
  readonly webhooks?: { name: string; clientConfig: { caBundle?: string } }[];
}

const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const pods = '/api/v1/namespaces/keyferry-system/pods';
export const configurationName = 'keyferry-webhook';

/**
 * Just enough of an API server for webhook replicas: one MutatingWebhookConfiguration and the pods of a namespace, with versions,
 * watches and conflicts.
 */
export class WebhookApi {
  readonly #api: ScriptedApi;
  readonly #objects = new Map<string, Stored>();
  #version = 100;
  /** What was patched: how often, and with which statuses. */
  readonly patches: number[] = [];
  /** Patches are answered with this status while it is set. */
  refuse: number | undefined;

  private constructor(api: ScriptedApi) {
    this.#api = api;
    api.handle((exchange) => {
      this.#answer(exchange);
    });
  }

  static async open(): Promise<WebhookApi> {
    return new WebhookApi(await startScriptedApi());
  }

  get connection(): ScriptedApi['connection'] {
    return this.#api.connection;
  }

  close(): Promise<void> {
    return this.#api.stop();
  }

  /** Makes the configuration, with a number of webhooks that have no bundle. */
  install(webhooks = 1): void {
    this.#store(`${configurations}/${configurationName}`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: configurationName, uid: 'configuration', resourceVersion: '' },
      webhooks: Array.from({ length: webhooks }, (_, index) => ({ name: `w${index}`, clientConfig: {} })),
    });
  }

  addPod(uid: string): void {
    const metadata = { name: `pod-${uid}`, namespace: 'keyferry-system', uid, resourceVersion: '' };
    this.#store(`${pods}/pod-${uid}`, { apiVersion: 'v1', kind: 'Pod', metadata });
  }

  deletePod(uid: string): void {
    const path = `${pods}/pod-${uid}`;
    const object = this.#objects.get(path);
    if (object === undefined) return;
    this.#objects.delete(path);
    this.#announce('DELETED', path, object);
  }

  /** The bundles as PEM text. */
  bundles(): string[] {
    const { webhooks = [] } = this.#objects.get(`${configurations}/${configurationName}`) ?? {};
    return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString());
  }

  /** Writes bundles as somebody else would: without asking for a version. */
  overwrite(...bundles: string[]): void {
    const path = `${configurations}/${configurationName}`;
    const object = structuredClone(this.#objects.get(path)!);
    for (const [index, text] of bundles.entries()) {
      object.webhooks![index]!.clientConfig.caBundle = Buffer.from(text).toString('base64');
    }
    this.#store(path, object);
  }

  #store(path: string, object: Stored): Stored {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    const type = this.#objects.has(path) ? 'MODIFIED' : 'ADDED';
    this.#objects.set(path, stored);
    this.#announce(type, path, stored);
    return stored;
  }

  #announce(type: string, path: string, object: Stored): void {
    for (const watch of this.#api.watches()) {
      if (path.startsWith(`${watch.path}/`) && !watch.response.destroyed) watch.event(type, object);
    }
  }

  #answer(exchange: Exchange): void {
    const { path, query, method } = exchange;
    if (query.has('watch')) {
      exchange.response.writeHead(200).flushHeaders();
    } else if (path === configurations || path === pods) {
      const items = [...this.#objects]
        .filter(([key]) => key.startsWith(`${path}/`))
        .map(([, object]) => object);
      exchange.json(200, { kind: 'List', metadata: { resourceVersion: String(this.#version) }, items });
    } else if (method === 'PATCH') {
      void exchange.body().then((body) => {
        this.#patch(exchange, body);
      });
    } else {
      const object = this.#objects.get(path);
      exchange.json(object === undefined ? 404 : 200, object ?? statusBody(404));
    }
  }

  #patch(exchange: Exchange, body: string): void {
    const present = this.#objects.get(exchange.path)!;
    const patch = JSON.parse(body) as jsonPatch.Operation[];
    const patched = jsonPatch.applyPatch(structuredClone(present), patch).newDocument;
    const conflict = patched.metadata.resourceVersion !== present.metadata.resourceVersion;
    const status = this.refuse ?? (conflict ? 409 : 200);
    this.patches.push(status);
    exchange.json(status, status === 200 ? this.#store(exchange.path, patched) : statusBody(status));
  }
}

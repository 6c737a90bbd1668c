import { parseObject, type KubeObject } from '../../lib/kube/object.ts';
import { Reflector } from '../../lib/kube/reflector.ts';
import type { KubeResource } from '../../lib/kube/resource.ts';
import { logLines } from './log-lines.ts';
import { ManualClock } from './manual-clock.ts';
import { startScriptedApi, type Exchange, type ScriptedApi } from './scripted-api.ts';
import { untilAdvancing } from './until.ts';

export const stores: KubeResource = {
  group: 'keyferry.dev',
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'SecretStore',
  plural: 'secretstores',
};

export const store = (name: string, version: number, spec: unknown = {}): Record<string, unknown> => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'SecretStore',
  metadata: {
    name,
    namespace: 'payments',
    uid: `uid-${name}`,
    resourceVersion: String(version),
    managedFields: [{ manager: 'kubectl' }],
  },
  spec,
});

export const list = (version: number, items: unknown[], next = ''): unknown => ({
  kind: 'SecretStoreList',
  metadata: { resourceVersion: String(version), continue: next },
  items,
});

/** A reflector on a scripted API server. */
export class WatchedStores {
  readonly api: ScriptedApi;
  readonly clock = new ManualClock();
  readonly logged = logLines();
  #reflector: Reflector<KubeObject> | undefined;

  constructor(api: ScriptedApi) {
    this.api = api;
  }

  static async open(): Promise<WatchedStores> {
    return new WatchedStores(await startScriptedApi());
  }

  get reflector(): Reflector<KubeObject> {
    if (this.#reflector === undefined) throw new Error('not started');
    return this.#reflector;
  }

  start(resource: KubeResource = stores, olderApiVersions: readonly string[] = []): void {
    this.#reflector = new Reflector({
      connection: this.api.connection,
      resource,
      olderApiVersions,
      transform: (value) => {
        const object = parseObject(value, resource);
        return object.ok ? object.value : undefined;
      },
      clock: this.clock,
      random: () => 0.5,
      log: this.logged.log,
    });
  }

  /** Answers lists with what `lists` says, and leaves watches open until a test says something in them. */
  serve(lists: (exchange: Exchange) => void): void {
    this.api.handle((exchange) => {
      if (!exchange.query.has('watch')) lists(exchange);
      else exchange.response.writeHead(200).flushHeaders();
    });
  }

  names(): string[] {
    return this.reflector.objects.list().map(({ metadata }) => metadata.name);
  }

  warnings(): string[] {
    return this.logged.lines.filter(({ level }) => level === 'warn').map(({ text }) => text);
  }

  lastWatch(): Exchange {
    const watch = this.api.watches().at(-1);
    if (watch === undefined) throw new Error('nobody watches');
    return watch;
  }

  async watching(count = 1): Promise<void> {
    const there = (): boolean => this.api.watches().length >= count && this.reflector.staleMilliseconds === 0;
    await untilAdvancing(this.clock, there, { what: `watch ${count}` });
  }

  async close(): Promise<void> {
    await this.#reflector?.stop();
    await this.api.stop();
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startKubeApi, type KubeApi, type Manifest } from '../../emulators/kube-api/kube-api.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'keyferry');

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** The status annotation of an injected pod. */
export const status = (lifecycle: string): Record<string, string> => ({
  'keyferry.dev/status': JSON.stringify({ lifecycle, plan: '0123456789abcdef' }),
});

export const object = (
  apiVersion: string,
  kind: string,
  metadata: Manifest['metadata'],
  more: object = {},
): Manifest => ({ apiVersion, kind, metadata, ...more });

export const pod = (name: string, more: Manifest['metadata'] = {}, phase = 'Running'): Manifest =>
  object(
    'v1',
    'Pod',
    { name, namespace: 'payments', annotations: status('native'), ...more },
    { spec: { containers: [{ name: 'app', image: 'app' }] }, status: { phase } },
  );

export const ownedBy = (kind: string, uid: string) => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name: 'x', uid, controller: true }],
});

/** An API server over TLS, a kubeconfig for it, and the command as a process of its own, so that the server can answer it. */
export class RefreshCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyferry-refresh-'));
  /** What the variable KUBECONFIG names. */
  kubeconfig = join(this.folder, 'kubeconfig');
  readonly api: KubeApi;

  private constructor(api: KubeApi) {
    this.api = api;
    api.apply(object('v1', 'Namespace', { name: 'payments' }));
    this.actAs();
  }

  static async start(): Promise<RefreshCluster> {
    return new RefreshCluster(await startKubeApi());
  }

  /** Writes the kubeconfig of a user; of the one who may do everything, by default. */
  actAs(user?: string): void {
    writeFileSync(this.kubeconfig, this.api.kubeconfig(user));
  }

  /** The value by which agents see that they are asked. */
  forceSyncOf(name: string): unknown {
    return this.api.get('pods', name, 'payments')?.metadata.annotations?.['keyferry.dev/force-sync'];
  }

  async run(line: string, variables: Record<string, string> = {}): Promise<Ran> {
    const env = { PATH: process.env['PATH'], HOME: this.folder, KUBECONFIG: this.kubeconfig, ...variables };
    const child = spawn(program, line.split(' '), { cwd: this.folder, env });
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { status: (await ended)[0], out, error };
  }

  async stop(): Promise<void> {
    await this.api.close();
    rmSync(this.folder, { recursive: true });
  }
}

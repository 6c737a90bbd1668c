import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface WebhookProcessOptions {
  /** The bundle of `webhook/main.ts`. */
  readonly program: string;
  readonly kubeconfig: string;
  readonly podUid: string;
  readonly onLine?: (line: string) => void;
}

const listening = /"address":"https?:\/\/[^"]*:(\d+)","msg":"the (admin|admission) server listens"/;

/** The webhook as a process of its own, on free ports. */
export class WebhookProcess {
  readonly #child: ChildProcess;
  readonly #admin = Promise.withResolvers<number>();
  readonly #admission = Promise.withResolvers<number>();

  private constructor(child: ChildProcess, onLine: (line: string) => void) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        const [, port, server] = listening.exec(line) ?? [];
        if (server !== undefined) (server === 'admin' ? this.#admin : this.#admission).resolve(Number(port));
        onLine(line);
      });
    }
    child.once('exit', (code) => {
      const error = new Error(`the webhook ended with exit code ${code ?? 'none'}`);
      this.#admin.reject(error);
      this.#admission.reject(error);
    });
    // Whoever waits hears of it; nobody has to.
    this.#admin.promise.catch(() => undefined);
    this.#admission.promise.catch(() => undefined);
  }

  static start({ program, kubeconfig, podUid, onLine }: WebhookProcessOptions): WebhookProcess {
    const args = [
      program,
      '--kubeconfig',
      kubeconfig,
      '--port',
      '0',
      '--admin-port',
      '0',
      '--shutdown-delay',
      '0',
    ];
    const env = { POD_UID: podUid, POD_NAMESPACE: 'keyferry-system' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new WebhookProcess(child, onLine ?? (() => undefined));
  }

  /** The port of `/mutate`. */
  get port(): Promise<number> {
    return this.#admission.promise;
  }

  /** Resolves when the webhook is Ready: its caches are filled and the API server trusts its certificate. */
  async ready(): Promise<void> {
    await this.port;
    const url = `http://127.0.0.1:${await this.#admin.promise}/readyz`;
    for (;;) {
      const { status } = await fetch(url);
      if (status === 200) return;
      // The endpoint cannot be waited on, only asked, as the kubelet does.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

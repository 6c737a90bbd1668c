import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface KeyferryProcessOptions {
  /** A bundle: the webhook's or the broker's. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What runs the program, before its path. Default: this Node. */
  readonly command?: readonly string[];
  readonly onLine?: (line: string) => void;
}

const listening =
  /"address":"https?:\/\/[^"]*:(\d+)","msg":"the (admin server|admission server|broker) listens"/;

/** A server of Keyferry's as a process of its own, on ports that it finds itself. */
export class KeyferryProcess {
  readonly #child: ChildProcess;
  readonly #admin = Promise.withResolvers<number>();
  readonly #port = Promise.withResolvers<number>();
  readonly #ended: Promise<void>;

  constructor(options: KeyferryProcessOptions) {
    const { program, environment, onLine } = options;
    const [command = process.execPath, ...before] = options.command ?? [process.execPath];
    const args = [...before, program, ...options.args, '--port', '0', '--admin-port', '0'];
    this.#child = spawn(command, args, { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        const [, port, server] = listening.exec(line) ?? [];
        if (server !== undefined)
          (server === 'admin server' ? this.#admin : this.#port).resolve(Number(port));
        onLine?.(line);
      });
    }
    this.#ended = once(this.#child, 'exit').then(([code]: (number | null)[]) => {
      const error = new Error(`${program} ended with exit code ${code ?? 'none'}`);
      this.#admin.reject(error);
      this.#port.reject(error);
    });
    // Whoever waits hears of it; nobody has to.
    this.#admin.promise.catch(() => undefined);
    this.#port.promise.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Of what it is there for. */
  get port(): Promise<number> {
    return this.#port.promise;
  }

  /** Resolves when it says that it is Ready. */
  async ready(): Promise<void> {
    await this.port;
    const url = `http://127.0.0.1:${await this.#admin.promise}/readyz`;
    while ((await fetch(url)).status !== 200) {
      // The endpoint cannot be waited on, only asked, as the kubelet does.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** What its metrics say now. */
  async metrics(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${await this.#admin.promise}/metrics`);
    return answer.text();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until it is gone; null where a signal ended it. */
  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  /** Ends it, and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#ended;
  }
}

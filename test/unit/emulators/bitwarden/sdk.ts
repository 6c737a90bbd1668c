import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';

export type SdkCall = readonly [
  name: 'login' | 'get' | 'getByIds' | 'list' | 'sync' | 'project' | 'projects',
  ...values: string[],
];

export interface SdkAddress {
  readonly apiUrl: string;
  readonly identityUrl: string;
}

export interface SdkRequest extends SdkAddress {
  readonly id: number;
  /** Which of its clients; it is made at its first call. */
  readonly client: number;
  readonly call: SdkCall;
}

export interface SdkAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A call of the client, with what it gave; rejects with the client's own sentence. */
export type Sdk = (...call: SdkCall) => Promise<unknown>;

/** Bitwarden's own client in a process that trusts one authority. */
export class SdkProcess {
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'bitwarden-sdk-'));
  readonly #waiting = new Map<number, (answer: SdkAnswer) => void>();
  #requests = 0;
  #clients = 0;

  constructor(caPem: string) {
    const caFile = join(this.#folder, 'ca.pem');
    writeFileSync(caFile, caPem);
    this.#child = fork(join(import.meta.dirname, 'sdk.main.ts'), {
      env: { SSL_CERT_FILE: caFile },
      execArgv: [],
      // The client writes to standard error whatever level it is given.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('message', (answer: SdkAnswer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** A client that is not logged in. */
  client({ apiUrl, identityUrl }: SdkAddress): Sdk {
    const client = (this.#clients += 1);
    return async (...call) => {
      const id = (this.#requests += 1);
      const answer = await new Promise<SdkAnswer>((resolve) => {
        this.#waiting.set(id, resolve);
        this.#child.send({ id, client, apiUrl, identityUrl, call } satisfies SdkRequest);
      });
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    };
  }

  /** Whether it is still there, whatever it was answered. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  close(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}

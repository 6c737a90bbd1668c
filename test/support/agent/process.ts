import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePlan, type Plan } from '../../../lib/plan.ts';
import { until } from '../until.ts';
import { makePod } from './in-process.ts';

const sources = join(import.meta.dirname, '../../../agent/main.ts');

export interface AgentProcessOptions {
  readonly root: string;
  /** A plan, or any text to be given as one; none where undefined. */
  readonly plan: Plan | string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** What Node runs. Default: the agent's sources. */
  readonly program?: string;
}

const running = new Set<ChildProcess>();

/** An agent in a process of its own, with nothing in its environment that it is not given. */
export class AgentProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | string>;
  output = '';
  errors = '';
  /** The exit code, or the signal that ended it; undefined while it runs. */
  ended: number | string | undefined;

  constructor(mode: string, { root, plan, environment = {}, program = sources }: AgentProcessOptions) {
    const encoded = typeof plan === 'object' ? encodePlan(plan) : plan;
    this.#child = spawn(process.execPath, [program, ...(mode === '' ? [] : [mode])], {
      env: {
        KEYFERRY_ROOT: root,
        KEYFERRY_POD_UID: 'uid',
        ...(encoded === undefined ? {} : { KEYFERRY_PLAN: encoded }),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    // `close` comes after the last output, unlike `exit`.
    this.#exited = once(this.#child, 'close').then(([code, signal]: (number | string | null)[]) => {
      running.delete(this.#child);
      this.ended = code ?? signal ?? 'unknown';
      return this.ended;
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Resolves to the exit code or the signal. */
  exit(): Promise<number | string> {
    return this.#exited;
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.#child.kill(signal);
    return this.#exited;
  }

  /** Sends a signal that the process is to survive. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for a line of the log whose message begins like this. */
  logged(message: string): Promise<void> {
    return until(() => this.output.includes(`"msg":"${message}`), `the line "${message}"`);
  }
}

/** Ends what a test left running; for `afterEach`. */
export const killAgents = (): void => {
  for (const child of running) child.kill('SIGKILL');
};

/** A pod's volumes and a `file` store at `/store/files.json`. */
export const makePodWithStore = (
  secrets?: object,
): { root: string; write: (next: object) => void; folder: string } => {
  const root = makePod();
  mkdirSync(join(root, 'store'));
  const write = (next: object): void => {
    writeFileSync(join(root, 'store/files.json'), JSON.stringify(next));
  };
  if (secrets !== undefined) write(secrets);
  return { root, write, folder: join(root, 'keyferry/secrets') };
};

/** The termination message that an agent left. */
export const terminationMessageIn = (root: string): string =>
  readFileSync(join(root, 'dev/termination-log'), 'utf8');

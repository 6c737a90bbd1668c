import type { ChildProcess, StdioOptions } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../support/agent/folders.ts';
import { nodeCommand, run } from '../processes.ts';

/** The flags of the injected containers' command. */
const flags = ['--disable-sigusr1'];

/** What the agent's image sets for every process in it, `PATH` aside: it keeps their memory small. */
const imageEnvironment = ((): Readonly<Record<string, string>> => {
  const dockerfile = join(import.meta.dirname, '..', '..', '..', 'Dockerfile.agent');
  const line = /^ENV (.+)$/mu.exec(readFileSync(dockerfile, 'utf8'))?.[1];
  if (line === undefined) throw new Error('Dockerfile.agent sets no environment');
  const variables = line.split(' ').map((variable) => variable.split(/=(.*)/u));
  return Object.fromEntries(
    variables.flatMap(([name = '', value = '']) => (name === 'PATH' ? [] : [[name, value] as const])),
  );
})();

/** The volumes of one pod on a tmpfs, and agents that run as its containers do. */
export class BenchPod {
  readonly #root = makeFolder();
  readonly #program: string;
  readonly #plan: string;

  constructor(program: string, plan: string, tokens: Readonly<Record<string, string>>) {
    this.#program = program;
    this.#plan = plan;
    for (const folder of ['keyferry/secrets', 'keyferry/state', 'keyferry/identity/tokens', 'dev'])
      mkdirSync(join(this.#root, folder), { recursive: true });
    for (const [name, token] of Object.entries(tokens))
      writeFileSync(join(this.#root, 'keyferry/identity/tokens', name), token);
  }

  get published(): boolean {
    return existsSync(join(this.#root, 'keyferry/secrets/..data'));
  }

  /** The folders whose pages are memory that the pod pays for. */
  get memoryVolumes(): readonly string[] {
    return ['secrets', 'state'].map((name) => join(this.#root, 'keyferry', name));
  }

  /**
   * Starts the agent in one of its modes. `before` are words that come before Node's: a shell that first moves itself into a
   * cgroup, for instance.
   */
  start(
    mode: 'init' | 'run' | 'wait',
    options: { readonly before?: readonly string[]; readonly stdio?: StdioOptions } = {},
  ): ChildProcess {
    const { before = [], stdio = ['ignore', 'ignore', 'inherit'] } = options;
    return run([...before, ...nodeCommand([...flags, this.#program, mode])], stdio, {
      ...imageEnvironment,
      KEYFERRY_ROOT: this.#root,
      KEYFERRY_PLAN: this.#plan,
      KEYFERRY_POD_NAME: 'payments-api-0',
      KEYFERRY_POD_NAMESPACE: 'payments',
      KEYFERRY_POD_UID: '5d0c7d0e-3a4f-4a57-9d3b-1f4a2f4b9e11',
    });
  }
}

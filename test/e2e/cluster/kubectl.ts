import { linesOf } from './lines.ts';
import { runCommand, type CommandAnswer } from './run-command.ts';
import { listOf, type KubernetesObject } from './objects.ts';

/** A kubectl command that failed; the message is what kubectl said. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
}

/** One object: `pod/api` of a namespace, or `node/x` without one. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}

/** Names an object for the commands below. */
export const named = (name: string, namespace?: string): ObjectName => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

const inNamespace = ({ namespace }: { readonly namespace?: string }): string[] =>
  namespace === undefined ? [] : ['--namespace', namespace];

/** The one tool that this driver uses: the `kubectl` of the PATH, with the current kubeconfig. */
export class Kubectl {
  readonly #signal: AbortSignal;

  /** Ends whatever runs when `signal` aborts. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** The same tool under another signal, for what has to run after the first has aborted. */
  under(signal: AbortSignal): Kubectl {
    return new Kubectl(signal);
  }

  /** Runs a command whose failure is an answer too. */
  async attempt(words: readonly string[], input?: string): Promise<CommandAnswer> {
    return runCommand({
      command: 'kubectl',
      arguments: words,
      signal: this.#signal,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Runs a command that has to succeed; its standard output. */
  async run(words: readonly string[], input?: string): Promise<string> {
    const answer = await this.attempt(words, input);
    if (answer.code === 0) return answer.stdout;
    throw new KubectlError(`kubectl ${words.slice(0, 3).join(' ')}: ${answer.stderr.trim()}`);
  }

  async json<T>(words: readonly string[], input?: string): Promise<T> {
    return JSON.parse(await this.run([...words, '--output', 'json'], input)) as T;
  }

  async get<T>(object: ObjectName): Promise<T> {
    return this.json<T>(['get', object.name, ...inNamespace(object)]);
  }

  /** Applies objects in one call, in this order. */
  async apply(...objects: readonly KubernetesObject[]): Promise<void> {
    await this.run(['apply', '--filename', '-'], JSON.stringify(listOf(objects)));
  }

  /** Creates objects in one call: for what is too large for the note that `apply` leaves on an object. */
  async create(...objects: readonly KubernetesObject[]): Promise<void> {
    await this.run(['create', '--filename', '-'], JSON.stringify(listOf(objects)));
  }

  /** Applies objects where a refusal is what is looked for. */
  async attemptApply(...objects: readonly KubernetesObject[]): Promise<CommandAnswer> {
    return this.attempt(['apply', '--filename', '-'], JSON.stringify(listOf(objects)));
  }

  /** Deletes without waiting for the end. An object that is gone already is fine. */
  async delete(object: ObjectName): Promise<void> {
    await this.run(['delete', object.name, ...inNamespace(object), '--ignore-not-found', '--wait=false']);
  }

  /** Waits for the end of an object; one that never was counts as gone. */
  async gone(object: ObjectName, seconds: number): Promise<void> {
    await this.run(['wait', object.name, ...inNamespace(object), '--for=delete', `--timeout=${seconds}s`]);
  }

  /** The body of a GET to a path of the API server, such as a proxied port of a pod. */
  async raw(path: string): Promise<string> {
    return this.run(['get', '--raw', path]);
  }

  /** Waits for a rollout to be complete. */
  async rolledOut(object: ObjectName, seconds: number): Promise<void> {
    await this.run(['rollout', 'status', object.name, ...inNamespace(object), `--timeout=${seconds}s`]);
  }

  /** Lines of a command that goes on, such as `logs --follow`. */
  lines(words: readonly string[], signal: AbortSignal): AsyncGenerator<string, void> {
    return linesOf({
      command: 'kubectl',
      arguments: words,
      signal: AbortSignal.any([signal, this.#signal]),
    });
  }

  /**
   * Waits until an object satisfies a condition, by a watch: `kubectl wait` knows no condition as rich. Throws when the time is up,
   * with the last state as `describe` puts it.
   */
  async watch<T>(
    object: ObjectName,
    condition: (value: T) => boolean,
    options: { readonly seconds: number; readonly what: string; readonly describe?: (value: T) => string },
  ): Promise<T> {
    const deadline = AbortSignal.timeout(options.seconds * 1000);
    let document = '';
    let last: T | undefined;
    const words = ['get', object.name, ...inNamespace(object), '--watch', '--output', 'json'];
    for await (const line of this.lines(words, deadline)) {
      document += line;
      // Documents follow each other, and only their last line is a brace alone.
      if (line !== '}') continue;
      last = JSON.parse(document) as T;
      document = '';
      if (condition(last)) return last;
    }
    this.#signal.throwIfAborted();
    const state = last === undefined || options.describe === undefined ? '' : `: ${options.describe(last)}`;
    throw new Error(`${object.name}: ${options.what} did not come within ${options.seconds} s${state}`);
  }
}

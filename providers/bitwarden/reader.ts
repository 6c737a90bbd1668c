import type { BitwardenConnection } from '../../lib/connections/connection.ts';
import type { PlanFind, PlanSource } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { Collection } from '../find/found-secrets.ts';
import type { ProviderContext, ReadOptions, ReadOutcome } from '../provider.ts';
import { fittingSecrets, versionOfFound } from './find.ts';
import type { IndexOfNames } from './index-of-names.ts';
import type { Names } from './names.ts';
import type { SecretName } from './sdk/messages.ts';
import type { Values } from './values.ts';

export interface ReaderOptions {
  readonly store: BitwardenConnection;
  readonly index: IndexOfNames;
  readonly values: Values;
  readonly context: Pick<ProviderContext, 'readCredential'>;
}

type Token = Redacted<string>;

type State = Result<'same' | 'changed' | undefined, ProviderError>;

interface Pass {
  readonly token: Token;
  readonly names: Names;
}

/** What was asked for before, and how it was then. */
export interface Known {
  readonly source: PlanSource;
  readonly version: string;
}

const noCredentials = err(
  providerError('invalid', 'only the broker keeps the access token that a Bitwarden store needs'),
);

/** The reason why a source is none that Bitwarden has. */
const sourceProblem = ({ version, stage, parameters }: PlanSource): ProviderError | undefined => {
  if (version !== undefined) return providerError('invalid', 'Bitwarden keeps no versions to choose from');
  if (stage !== undefined) return providerError('invalid', 'Bitwarden has no stages');
  return parameters === undefined ? undefined : providerError('invalid', 'Bitwarden takes no parameters');
};

/** Reads and checks the sources of one store. */
export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async read(
    sources: readonly PlanSource[],
    { fresh = false }: ReadOptions,
  ): Promise<readonly ReadOutcome[]> {
    const pass = await this.#pass(fresh);
    if (!pass.ok) return sources.map(() => pass);
    const first = await this.#readAll(sources, pass.value);
    const again = first.map((outcome) => !outcome.ok && outcome.error.code === 'not_found');
    if (!again.includes(true) || fresh) return first;
    // The names may be a moment old: what they lack is looked for in those of now.
    const now = await this.#pass(true);
    if (!now.ok) return first;
    const missing = sources.filter((_, index) => again[index]);
    const found = [...(await this.#readAll(missing, now.value))].values();
    return first.map((outcome, index) => (again[index] === true ? (found.next().value ?? outcome) : outcome));
  }

  async check(known: readonly Known[]): Promise<readonly State[]> {
    const pass = await this.#pass(true);
    if (!pass.ok) return known.map(() => pass);
    return Promise.all(known.map((item) => this.#checkOne(item, pass.value)));
  }

  /** Needs a login and the names: the access token is read anew each time, because whoever keeps it may have replaced it. */
  async #pass(fresh: boolean): Promise<Result<Pass, ProviderError>> {
    const { store, context, index } = this.#options;
    const { readCredential } = context;
    if (readCredential === undefined) return noCredentials;
    const read = await readCredential(store.token, [store.apiUrl, store.identityUrl]);
    if (!read.ok) return read;
    // Editors leave a line's end behind, and no token has one.
    const token = new Redacted(read.value.reveal().trim());
    const names = await index.current(token, { fresh });
    return names.ok ? ok({ token, names: names.value }) : names;
  }

  #readAll(sources: readonly PlanSource[], pass: Pass): Promise<readonly ReadOutcome[]> {
    return Promise.all(
      sources.map(async (source): Promise<ReadOutcome> => {
        const problem = sourceProblem(source);
        if (problem !== undefined) return err(problem);
        if (source.find !== undefined) return this.#find(source.find, pass);
        const secret = pass.names.resolve(source.key);
        return secret.ok ? this.#readOne(secret.value, pass) : secret;
      }),
    );
  }

  /** What came is judged once more: it may have been moved to another project, or have another name, since names were asked for. */
  async #readOne({ id, name }: SecretName, { token }: Pass): Promise<ReadOutcome> {
    const read = await this.#options.values.read(id, token);
    if (!read.ok) return read;
    const { value, revision, projectId, name: nameNow } = read.value;
    if (projectId !== this.#options.store.projectId || nameNow !== name)
      return err(providerError('not_found', 'the secret was moved or renamed while it was read'));
    return ok({ bytes: new Redacted(Buffer.from(value)), version: revision });
  }

  async #find(find: PlanFind, pass: Pass): Promise<ReadOutcome> {
    const fitting = await fittingSecrets(find, pass.names);
    if (!fitting.ok) return fitting;
    const outcomes = await Promise.all(
      fitting.value.map(async (secret) => [secret.name, await this.#readOne(secret, pass)] as const),
    );
    const collection = new Collection();
    for (const [name, outcome] of outcomes) {
      const taken = collection.take(name, outcome);
      if (!taken.ok) return taken;
    }
    const found = collection.outcome();
    return found.ok ? ok({ ...found.value, version: versionOfFound(fitting.value) }) : found;
  }

  async #checkOne({ source, version }: Known, { names }: Pass): Promise<State> {
    if (sourceProblem(source) !== undefined) return ok(undefined);
    if (source.find !== undefined) {
      const fitting = await fittingSecrets(source.find, names);
      return ok(fitting.ok && versionOfFound(fitting.value) === version ? 'same' : 'changed');
    }
    const secret = names.resolve(source.key);
    return ok(secret.ok && secret.value.revision === version ? 'same' : 'changed');
  }
}

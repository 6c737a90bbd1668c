import { isBitwardenId } from '../../lib/stores/bitwarden-id.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { SecretName } from './sdk/messages.ts';

/** Ids listed in one sentence. */
const mostIds = 10;

/** The names of a project's secrets, as the machine account sees them at one time. No values. */
export class Names {
  readonly #projectId: string;
  readonly #byId = new Map<string, SecretName>();
  readonly #byName = new Map<string, SecretName[]>();

  constructor(projectId: string, secrets: readonly SecretName[]) {
    this.#projectId = projectId;
    for (const secret of secrets) {
      if (secret.projectId !== projectId) continue;
      this.#byId.set(secret.id, secret);
      const sameName = this.#byName.get(secret.name);
      if (sameName === undefined) this.#byName.set(secret.name, [secret]);
      else sameName.push(secret);
    }
  }

  get all(): readonly SecretName[] {
    return [...this.#byId.values()];
  }

  /** The one secret that a key means: the one with this id, else with this name, letter for letter. */
  resolve(key: string): Result<SecretName, ProviderError> {
    const isId = isBitwardenId(key);
    const found = isId ? this.#byId.get(key.toLowerCase()) : undefined;
    if (found !== undefined) return ok(found);
    const [first, ...others] = isId ? [] : (this.#byName.get(key) ?? []);
    if (first === undefined)
      return err(
        providerError(
          'not_found',
          `project ${this.#projectId} has no such secret that the machine account may read`,
        ),
      );
    return others.length === 0 ? ok(first) : err(this.#severalError([first, ...others]));
  }

  #severalError(secrets: readonly SecretName[]): ProviderError {
    const ids = secrets.map(({ id }) => id).sort();
    const more = ids.length > mostIds ? ` and ${ids.length - mostIds} more` : '';
    return providerError(
      'invalid',
      `project ${this.#projectId} has ${ids.length} secrets of this name: ${ids.slice(0, mostIds).join(', ')}${more}; use the id of the one that is meant as the key`,
    );
  }
}

import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { secretsAtOnce } from './routes.ts';
import type { SdkClient } from './sdk-client.ts';
import type { SecretWithValue } from './sdk/messages.ts';

type Outcome = Result<SecretWithValue, ProviderError>;

interface Wish {
  readonly token: Redacted<string>;
  readonly outcome: PromiseWithResolvers<Outcome>;
}

const notThere = err(providerError('not_found', 'the secret was deleted while it was read'));

/**
 * Reads secrets by their ids. All that is asked for while a request is under way goes into the next one: Bitwarden counts requests, and lets an
 * address have sixty such a minute.
 */
export class Values {
  readonly #client: SdkClient;
  readonly #wishes = new Map<string, Wish>();
  #working = false;

  constructor(client: SdkClient) {
    this.#client = client;
  }

  read(id: string, token: Redacted<string>): Promise<Outcome> {
    const wish = this.#wishes.get(id) ?? { token, outcome: Promise.withResolvers<Outcome>() };
    this.#wishes.set(id, wish);
    if (!this.#working) {
      this.#working = true;
      void this.#work();
    }
    return wish.outcome.promise;
  }

  async #work(): Promise<void> {
    // Whoever asks in the same turn of the loop goes along.
    await Promise.resolve();
    while (this.#wishes.size > 0) {
      const batch = new Map([...this.#wishes].slice(0, secretsAtOnce));
      for (const id of batch.keys()) this.#wishes.delete(id);
      await this.#readBatch(batch);
    }
    this.#working = false;
  }

  async #readBatch(batch: ReadonlyMap<string, Wish>): Promise<void> {
    const ids = [...batch.keys()];
    const token = [...batch.values()].at(-1)?.token;
    if (token === undefined) return;
    const reply = await this.#client.ask<'read'>({ kind: 'read', ids }, token);
    if (!reply.ok && reply.error.code === 'not_found' && ids.length > 1) {
      // One of them was deleted meanwhile, and all are refused: the halves tell which.
      const middle = Math.ceil(ids.length / 2);
      await this.#readBatch(new Map([...batch].slice(0, middle)));
      await this.#readBatch(new Map([...batch].slice(middle)));
      return;
    }
    const found = new Map(reply.ok ? reply.value.value.map((secret) => [secret.id, secret] as const) : []);
    for (const [id, { outcome }] of batch) {
      const secret = found.get(id);
      if (reply.ok) outcome.resolve(secret === undefined ? notThere : ok(secret));
      else outcome.resolve(reply);
    }
  }
}

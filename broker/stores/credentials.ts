import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { credentialFor } from '../../lib/broker/credentials.ts';
import type { BrokerCredential, BrokerInstall } from '../../lib/broker/install.ts';
import { isJsonObject, jsonValueText, parseJsonOrNothing } from '../../lib/json.ts';
import { selectProperty } from '../../lib/property.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { parseRef, type Ref } from '../../lib/ref.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { matchesServer } from '../../lib/server-glob.ts';
import type { CredentialRef } from '../../lib/stores/credential.ts';
import type { Store } from '../../lib/stores/store.ts';
import { quoted, sentenceList } from '../../lib/text.ts';
import { readCredentialFile } from './credential-files.ts';

type Outcome = Result<Redacted<string>, ProviderError>;

export interface CredentialsOptions {
  /** Where credentials are mounted. */
  readonly root: string;
  readonly install: () => BrokerInstall;
  readonly clock: Clock;
  /** Reads what `credentials[].ref` names; the store is one that the broker reads with an identity of its own. Never rejects. */
  readonly readRef: (ref: Ref) => Promise<Result<Redacted<Buffer>, ProviderError>>;
}

/** How long what came from another store counts, in milliseconds: it is asked for before each use. */
const refLife = 60_000;

/** A credential that could not be had is asked for again soon, but not by every reader at once. */
const failureLife = 5_000;

interface Fetched {
  readonly ref: string;
  readonly outcome: Promise<Result<Redacted<Buffer>, ProviderError>>;
  /** Monotonic; those who ask while it is under way wait for it. */
  until: number;
}

const fieldOf = (document: Buffer, key: string): string | undefined => {
  const fields = parseJsonOrNothing(document.toString('utf8'));
  if (!isJsonObject(fields) || !Object.hasOwn(fields, key)) return undefined;
  return jsonValueText(fields[key]);
};

/**
 * The credentials that the broker keeps. Every read asks once more whether the install lists the credential for the store's scope and lets it
 * be sent to the servers concerned: a manifest that was right when a pod was admitted may be another by now.
 */
export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #fetched = new Map<string, Fetched>();

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  async read(store: Store, ref: CredentialRef, servers: readonly string[]): Promise<Outcome> {
    const credential = credentialFor(this.#options.install(), store, ref.name);
    if (credential === undefined)
      return err(
        providerError('denied', `the credential ${quoted(ref.name)} is not one that this store may use`),
      );
    const foreign = servers.find((server) => !credential.servers.some((glob) => matchesServer(glob, server)));
    if (foreign !== undefined)
      return err(
        providerError(
          'denied',
          `the credential ${quoted(ref.name)} may be sent to ${sentenceList(credential.servers, 'or')} alone, not to ${quoted(foreign)}`,
        ),
      );
    return credential.ref === undefined
      ? readCredentialFile(this.#options.root, credential.namespace, ref)
      : this.#readFromStore(credential, credential.ref, ref);
  }

  async #readFromStore(
    credential: BrokerCredential,
    text: string,
    { name, key }: CredentialRef,
  ): Promise<Outcome> {
    const parsed = parseRef(text);
    if (!parsed.ok)
      return err(providerError('invalid', `the ref of the credential ${quoted(name)} is not one`));
    const outcome = await this.#fetch(`${credential.namespace ?? ''}/${name}`, text, parsed.value);
    if (!outcome.ok)
      return err({
        ...outcome.error,
        message: `the credential ${quoted(name)} cannot be fetched: ${outcome.error.message}`,
      });
    const document = outcome.value.reveal();
    if (parsed.value.property !== undefined) {
      const value = selectProperty(document, parsed.value.property);
      if (value.ok) return ok(new Redacted(value.value.toString('utf8')));
      return err({ ...value.error, message: `the credential ${quoted(name)}: ${value.error.message}` });
    }
    const value = fieldOf(document, key);
    return value === undefined
      ? err(providerError('not_found', `the credential ${quoted(name)} has no field ${quoted(key)}`))
      : ok(new Redacted(value));
  }

  #fetch(id: string, text: string, ref: Ref): Fetched['outcome'] {
    const { clock, readRef } = this.#options;
    const known = this.#fetched.get(id);
    if (known?.ref === text && clock.monotonic() < known.until) return known.outcome;
    const fetched: Fetched = {
      ref: text,
      until: Number.POSITIVE_INFINITY,
      outcome: readRef(ref).then((outcome) => {
        fetched.until = clock.monotonic() + (outcome.ok ? refLife : failureLife);
        return outcome;
      }),
    };
    this.#fetched.set(id, fetched);
    return fetched.outcome;
  }
}

/** Tells whether credentials are still those that a login was made with, without keeping them. */
export const fingerprint = (values: readonly Redacted<string>[]): string => {
  const hash = createHash('sha256');
  for (const value of values) hash.update(`${value.reveal().length}\n`).update(value.reveal());
  return hash.digest('base64url');
};

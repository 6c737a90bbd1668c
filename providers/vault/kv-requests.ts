import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Listing } from '../find/walk.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import type { ReadOutcome } from '../provider.ts';
import { readVerdict, type AnswerContext, type Verdict } from './answer.ts';
import type { Call, Operation } from './calls.ts';
import { readDocument, type DocumentRequest } from './document.ts';
import { listPath, type FolderPath } from './folder.ts';
import { holderOf } from './holder.ts';
import { readListing } from './listing.ts';
import { metadataPath, readMetadata, readVersions, type Tags, type Versions } from './metadata.ts';
import { apiPath, encodePath, type SecretPath } from './path.ts';
import type { Refusals } from './refusals.ts';
import type { KvTarget } from './target.ts';
import { withToken, type BatchAuthority } from './with-token.ts';

export interface KvRequestsOptions {
  readonly store: VaultConnection;
  readonly call: Call;
  readonly refusals: Refusals;
}

/** What is asked in one call of `read`: with one authority, until one signal aborts. */
export interface Pass {
  readonly authority: BatchAuthority;
  readonly signal: AbortSignal;
}

interface Question<T> {
  readonly operation: Operation;
  /** Encoded, with its query; undefined: it cannot be part of a URL. */
  readonly url: string | undefined;
  readonly judge: (verdict: Verdict, context: AnswerContext) => Result<T, ProviderError>;
  /** Whether a refusal is worth a login. Default: it is, once. */
  readonly mayLogIn?: boolean;
}

const withQuery = (path: string | undefined, query: string): string | undefined =>
  path === undefined ? undefined : `${path}?${query}`;

/** What a key-value engine is asked, with the store's token. */
export class KvRequests {
  readonly #options: KvRequestsOptions;

  constructor(options: KvRequestsOptions) {
    this.#options = options;
  }

  /** A secret, of the version that its target has. */
  read({ path, url, version }: Pick<KvTarget, 'path' | 'url' | 'version'>, pass: Pass): Promise<ReadOutcome> {
    const request = { path, version, holder: this.#holder };
    return this.#ask(
      { operation: 'read', url, judge: (verdict, context) => readDocument(request, verdict, context) },
      pass,
    );
  }

  /** A secret as it is now. */
  async readNewest(path: SecretPath, pass: Pass): Promise<ReadOutcome> {
    const url = encodePath(apiPath(path));
    return url === undefined ? unaskable : this.read({ path, url, version: undefined }, pass);
  }

  /** What a folder holds. */
  list(folder: FolderPath, pass: Pass): Promise<Result<Listing, ProviderError>> {
    const request = { folder, holder: this.#holder };
    return this.#ask(
      {
        operation: 'list',
        url: withQuery(encodePath(listPath(folder)), 'list=true'),
        judge: (verdict, context) => readListing(request, verdict, context),
      },
      pass,
    );
  }

  /** The metadata of a secret of KV version 2. */
  tags(path: SecretPath, pass: Pass): Promise<Result<Tags, ProviderError>> {
    return this.#metadata(path, readMetadata, pass);
  }

  /**
   * Its versions; undefined where Vault refuses to show them, which is not asked again for a while. A refusal is no reason to log in anew, which
   * may use up a credential: the read that comes instead finds out whether the token is still known.
   */
  async versions(path: SecretPath, pass: Pass): Promise<Result<Versions | undefined, ProviderError>> {
    const url = encodePath(metadataPath({ path }));
    if (url !== undefined && this.#options.refusals.isBelieved(url)) return ok(undefined);
    const versions = await this.#metadata(path, readVersions, pass, false);
    return !versions.ok && versions.error.code === 'denied' ? ok(undefined) : versions;
  }

  #metadata<T>(
    path: SecretPath,
    read: (request: DocumentRequest, verdict: Verdict, context: AnswerContext) => Result<T, ProviderError>,
    pass: Pass,
    mayLogIn = true,
  ): Promise<Result<T, ProviderError>> {
    const request = { path, version: undefined, holder: this.#holder };
    return this.#ask(
      {
        operation: 'read_metadata',
        url: encodePath(metadataPath(request)),
        mayLogIn,
        judge: (verdict, context) => read(request, verdict, context),
      },
      pass,
    );
  }

  get #holder(): string {
    return holderOf(this.#options.store.auth);
  }

  async #ask<T>(
    { operation, url, judge, mayLogIn = true }: Question<T>,
    { authority, signal }: Pass,
  ): Promise<Result<T, ProviderError>> {
    if (url === undefined) return unaskable;
    const { store, call, refusals } = this.#options;
    const outcome = await withToken({
      authority,
      signal,
      mayReplace: () => mayLogIn && !refusals.isBelieved(url),
      send: ({ secret: token }) =>
        call(
          operation,
          { method: 'read', path: url, namespace: store.namespace, token, signal },
          (answer, context) => {
            const verdict = readVerdict(answer, context);
            return verdict.ok ? judge(verdict.value, context) : verdict;
          },
        ),
    });
    refusals.note(url, outcome);
    return outcome;
  }
}

const unaskable = err(providerError('invalid', 'the path of the find cannot be part of a URL'));

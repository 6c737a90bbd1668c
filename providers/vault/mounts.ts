import type { Logger } from '../../lib/log.ts';
import { providerError, type ProviderError, type ProviderErrorCode } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { notVaults, readVerdict, type AnswerContext } from './answer.ts';
import type { Call } from './calls.ts';
import { parseMountTable, type MountTable } from './mount-table.ts';
import { withToken, type BatchAuthority } from './with-token.ts';

interface MountsOptions {
  readonly call: Call;
  readonly namespace: string | undefined;
  readonly log: Logger;
}

const judgeMounts = (answer: HttpAnswer, context: AnswerContext): Result<MountTable, ProviderError> => {
  const verdict = readVerdict(answer, context);
  if (!verdict.ok) return verdict;
  const { status, body } = verdict.value;
  if (status === 403) return err(providerError('denied', 'Vault denied reading the mount table'));
  if (status !== 200)
    return err(providerError('not_found', `Vault has no mount table to show (HTTP ${status})`));
  const table = parseMountTable(body);
  return table === undefined ? err(notVaults(context, 'it is no mount table')) : ok(table);
};

/** Then the store's own `path` and `version` decide; anything else means that reads would fail as well. */
const hidden: ReadonlySet<ProviderErrorCode> = new Set(['denied', 'not_found', 'invalid']);

/**
 * The mounts that the store's token can see. One request shows them all, the same that Vault's web interface makes: asking
 * for one path at a time would leave a refusal in Vault's audit log for each first segment that is not a mount.
 */
export class Mounts {
  readonly #options: MountsOptions;
  #table: MountTable | undefined;
  #login: number | undefined;

  constructor(options: MountsOptions) {
    this.#options = options;
  }

  /** The table as this login sees it; asked for once, until `forget` or another login. */
  async load(
    authority: BatchAuthority & { readonly login: number },
    signal: AbortSignal,
  ): Promise<Result<MountTable, ProviderError>> {
    if (this.#table !== undefined && this.#login === authority.login) return ok(this.#table);
    const { call, namespace, log } = this.#options;
    const read = await withToken({
      authority,
      signal,
      send: ({ secret: token }) =>
        call(
          'mounts',
          { method: 'read', path: 'sys/internal/ui/mounts', namespace, token, signal },
          judgeMounts,
        ),
    });
    if (!read.ok && !hidden.has(read.error.code)) return read;
    if (!read.ok)
      log.warn(
        { code: read.error.code },
        "Vault's mount table cannot be seen: the store's path and version decide",
      );
    this.#table = read.ok ? read.value : [];
    this.#login = authority.login;
    return ok(this.#table);
  }

  /** Has the next `load` ask again: a mount may have been changed, or a policy. */
  forget(): void {
    this.#table = undefined;
  }
}

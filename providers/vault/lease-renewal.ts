import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { ProviderContext, Lease } from '../provider.ts';
import { notVaults, readVerdict, type AnswerContext, type JsonObject, type Verdict } from './answer.ts';
import type { Authority } from './authority.ts';
import type { Call } from './calls.ts';
import { mapLimited } from '../parallel.ts';
import { readLease } from './secret-lease.ts';
import { forBatch, withToken, type BatchAuthority } from './with-token.ts';

type Outcome = Result<Lease, ProviderError>;

export interface LeaseRenewalOptions {
  readonly authority: Authority;
  readonly call: Call;
  readonly clock: ProviderContext['clock'];
  readonly namespace: string | undefined;
}

/** Renewals under way at once. */
const parallelRenewals = 8;

/**
 * Vault answers 400 for a lease that is gone, one that cannot be renewed, and one whose engine could not: a database that is
 * down. Only the last passes.
 */
const refusal = ({ errors }: JsonObject, context: AnswerContext): ProviderError => {
  const text: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return typeof text === 'string' && text.startsWith('failed to renew entry')
    ? providerError('unavailable', `${context.server}: the engine of the lease could not renew it (HTTP 400)`)
    : providerError(
        'not_found',
        'Vault does not renew the lease: it has ended, was revoked, or is at its longest (HTTP 400)',
      );
};

const renewedLease = (lease: Lease, body: JsonObject, sentAt: number, context: AnswerContext): Outcome => {
  const read = readLease(body, sentAt);
  if (!read.ok) return err(notVaults(context, read.error));
  if (read.value?.id !== lease.id) return err(notVaults(context, 'it is of another lease'));
  return ok({ ...lease, ...read.value });
};

const judge = (lease: Lease, { status, body }: Verdict, sentAt: number, context: AnswerContext): Outcome => {
  if (status === 200) return renewedLease(lease, body, sentAt, context);
  if (status === 400) return err(refusal(body, context));
  if (status === 403)
    return err(
      providerError(
        'denied',
        'Vault denied renewing the lease: a policy must allow "update" on "sys/leases/renew"',
      ),
    );
  return err(
    providerError('not_found', `Vault has no renewal of leases at "sys/leases/renew" (HTTP ${status})`),
  );
};

/** Asks for longer lives of leases (https://developer.hashicorp.com/vault/api-docs/system/leases#renew-lease). */
export class LeaseRenewal {
  readonly #options: LeaseRenewalOptions;

  constructor(options: LeaseRenewalOptions) {
    this.#options = options;
  }

  /** Each lease with the life that it was given, or why it was not; what Vault cuts short is given as Vault says it. */
  async renew(leases: readonly Lease[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const batch = forBatch(this.#options.authority);
    return mapLimited(leases, parallelRenewals, (lease) => this.#renewOne(lease, batch, signal));
  }

  #renewOne(lease: Lease, authority: BatchAuthority, signal: AbortSignal): Promise<Outcome> {
    const { call, clock, namespace } = this.#options;
    const body = { lease_id: lease.id, increment: lease.durationSeconds };
    return withToken({
      authority,
      signal,
      duty: 'leases',
      send: ({ secret: token, login, name }) => {
        if (name !== undefined && name === lease.login) this.#options.authority.hold(login);
        const sentAt = clock.now();
        const answered = (answer: HttpAnswer, context: AnswerContext): Outcome => {
          const verdict = readVerdict(answer, context);
          return verdict.ok ? judge(lease, verdict.value, sentAt, context) : verdict;
        };
        const request = {
          method: 'write',
          path: 'sys/leases/renew',
          namespace,
          token,
          body,
          signal,
        } as const;
        return call('renew_lease', request, answered);
      },
    });
  }
}

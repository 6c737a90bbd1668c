import { isJsonObject } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { Lease, SecretDocument } from '../provider.ts';
import { notVaults, readVerdict, type AnswerContext, type JsonObject, type Verdict } from './answer.ts';
import type { EngineRequest } from './engine-request.ts';
import { engineRefusal } from './engine-refusal.ts';
import { apiPath, showMount, showPath } from './path.ts';
import { endOf, readEnd, readLease, serverTimeOf } from './secret-lease.ts';

/** What a request of an engine's path was sent with. */
export interface EngineSending {
  readonly request: EngineRequest;
  /** Whose policies decide, for the sentence about a refusal (`holderOf`). */
  readonly holder: string;
  /** The login that a lease ends with; undefined where it is over as soon as its uses are taken. */
  readonly login: string | undefined;
  /** When its token ends then, wall clock, milliseconds. */
  readonly endsAt: number | undefined;
  /** Wall clock, milliseconds. */
  readonly sentAt: number;
}

type Outcome = Result<SecretDocument, ProviderError>;

/**
 * Why an answer that Vault gave with HTTP 200 is not taken. It may have made a credential, and so would each further try: this is
 * `invalid`, which is asked for again on the interval and not until it works.
 */
const untaken = (message: string): ProviderError => providerError('invalid', message);

const nameOf = ({ path }: EngineRequest): string =>
  `${quoted(showPath(path.below))} in ${showMount(path.mount)}`;

const unseenAdvice = ({ path }: EngineRequest): string =>
  path.type === undefined
    ? `; the token cannot see what ${showMount(path.mount)} is, so the path was used as it is written (a secret of KV version 2 has "data" behind its mount)`
    : '';

const denied = ({ request, holder }: EngineSending): ProviderError => {
  const [verb, capability] = request.method === 'read' ? ['reading', 'read'] : ['writing to', 'update'];
  const names = Object.keys(request.body ?? {}).sort();
  const parameters = names.length === 0 ? '' : ` with ${names.join(', ')}`;
  return providerError(
    'denied',
    `Vault denied ${verb} ${nameOf(request)}: a policy of ${holder} must allow ${quoted(capability)} on ${quoted(showPath(apiPath(request.path)))}${parameters}${unseenAdvice(request)}`,
  );
};

const missing = ({ request }: EngineSending): ProviderError =>
  providerError(
    'not_found',
    `${nameOf(request)} does not exist (${quoted(showPath(apiPath(request.path)))})${unseenAdvice(request)}`,
  );

/**
 * A lease ends with its token at the latest. One of a token that is good for a number of uses cannot count on more than the life
 * that the token has now: it is replaced when its uses are taken, and then nobody renews it.
 */
const bound = (lease: Lease, { login, endsAt, sentAt }: EngineSending): Lease => {
  if (login !== undefined) return { ...lease, login };
  const expiresAt = Math.min(lease.expiresAt, endsAt ?? Number.POSITIVE_INFINITY);
  const durationSeconds = Math.max(1, Math.floor((expiresAt - sentAt) / 1000));
  return { ...lease, renewable: false, durationSeconds, expiresAt };
};

/** What has no lease may say when it ends. */
const ending = (
  { request, sentAt }: EngineSending,
  data: JsonObject,
  date: string | undefined,
  context: AnswerContext,
): Result<Lease | undefined, ProviderError> => {
  const end = endOf(data, request);
  if (end === undefined) return ok(undefined);
  const lease = readEnd(end, { sentAt, serverTime: serverTimeOf(date) });
  if (lease.ok) return lease;
  return lease.error === 'ended'
    ? err(
        untaken(
          `${context.server}: what Vault made for ${nameOf(request)} had ended before it came; check its clock`,
        ),
      )
    : err(untaken(notVaults(context, 'its expiration is no number of seconds').message));
};

const found = (
  sending: EngineSending,
  body: JsonObject,
  date: string | undefined,
  context: AnswerContext,
): Outcome => {
  const { data } = body;
  if (!isJsonObject(data)) return err(untaken(notVaults(context, 'it has no data').message));
  const lease = readLease(body, sending.sentAt);
  if (!lease.ok) return err(untaken(notVaults(context, lease.error).message));
  const bytes = new Redacted(Buffer.from(JSON.stringify(data)));
  if (lease.value !== undefined) return ok({ bytes, lease: bound(lease.value, sending) });
  const end = ending(sending, data, date, context);
  if (!end.ok) return end;
  return ok({ bytes, ...(end.value === undefined ? {} : { lease: end.value }) });
};

const judge = (
  sending: EngineSending,
  { status, body }: Verdict,
  date: string | undefined,
  context: AnswerContext,
): Outcome => {
  if (status === 200) return found(sending, body, date, context);
  if (status === 403) return err(denied(sending));
  if (status === 404) return err(missing(sending));
  return err(engineRefusal(sending.request, status, body));
};

/**
 * What Vault's answer to a request of an engine's path means. The document is the JSON of the answer's `data`, numbers as Vault
 * wrote them.
 */
export const readEngineAnswer = (
  sending: EngineSending,
  answer: HttpAnswer,
  context: AnswerContext,
): Outcome => {
  if (answer.status === 204)
    return err(
      providerError(
        'invalid',
        `${nameOf(sending.request)} gives nothing to read: Vault answered with HTTP 204`,
      ),
    );
  const verdict = readVerdict(answer, context);
  return verdict.ok ? judge(sending, verdict.value, answer.headers.date, context) : verdict;
};

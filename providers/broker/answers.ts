import * as z from 'zod/mini';
import {
  feedEvent,
  refusal,
  secretsAnswer,
  type BrokerFailure,
  type BrokerOutcome,
  type BrokerSecret,
  type FeedEvent,
} from '../../lib/broker/protocol.ts';
import { parseJsonOrNothing } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ReadOutcome, SecretDocument } from '../provider.ts';

/** What the broker says, checked before anything is made of it. Nothing of what does not fit is quoted: it may be a secret. */

const longestMessage = 1_000;
const controlCharacters = /\p{Cc}+/gu;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

const read = <Schema extends z.ZodMiniType>(schema: Schema, text: string): z.infer<Schema> | undefined => {
  const parsed = z.safeParse(schema, parseJsonOrNothing(text));
  return parsed.success ? parsed.data : undefined;
};

/** A line of the feed; undefined where it is none. */
export const readEvent = (line: Buffer): FeedEvent | undefined => read(feedEvent, line.toString('utf8'));

/** The outcomes of a request for so many secrets; undefined where the answer is not that. */
const readOutcomes = (body: Redacted<Buffer>, count: number): readonly BrokerOutcome[] | undefined => {
  const answer = read(secretsAnswer, body.reveal().toString('utf8'));
  return answer?.results.length === count ? answer.results : undefined;
};

/** A failure in the words of the broker, which are Keyferry's own and name no value. */
export const failureOf = ({ code, message, retryAfterMs }: BrokerFailure): ProviderError => {
  const sentence = message.replace(controlCharacters, ' ').slice(0, longestMessage);
  return providerError(code, sentence, retryAfterMs);
};

const ofStatus = (status: number): ProviderError['code'] => {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'denied';
    case 429:
      return 'throttled';
    default:
      return 'unavailable';
  }
};

/** What stands in an answer that is not 200. */
export interface Refusal {
  /** How the broker is called in sentences. */
  readonly server: string;
  readonly status: number;
  readonly body: Redacted<Buffer>;
  /** Of the header, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** The error that a refusal means. */
export const refusalError = ({ server, status, body, retryAfterMs }: Refusal): ProviderError => {
  if (status >= 300 && status < 400)
    return providerError(
      'invalid',
      `${server} answered with a redirect (HTTP ${status}), which is not followed`,
    );
  const said = read(refusal, body.reveal().toString('utf8'));
  if (said === undefined)
    return providerError(ofStatus(status), `${server} answered HTTP ${status}`, retryAfterMs);
  const { code, message, ...rest } = failureOf(said.error);
  return providerError(code, `${server} says: ${message}`, rest.retryAfterMs ?? retryAfterMs);
};

/** The broker renews nothing for a pod: what has a lease is asked for again. Of two clocks the one that sees the end first counts. */
const leaseOf = (
  lease: NonNullable<BrokerSecret['lease']>,
  now: number,
): NonNullable<SecretDocument['lease']> => {
  const { id, durationSeconds } = lease;
  const expiresAt = Math.min(lease.expiresAt, now + durationSeconds * 1_000);
  return { id, durationSeconds, renewable: false, expiresAt };
};

/** The document of an answer; undefined where its bytes are not Base64. */
export const documentOf = (
  { bytes, version, lease }: BrokerSecret,
  now: number,
): SecretDocument | undefined => {
  if (bytes.length % 4 !== 0 || !base64.test(bytes)) return undefined;
  return {
    bytes: new Redacted(Buffer.from(bytes, 'base64')),
    ...(version === undefined ? {} : { version }),
    ...(lease === undefined ? {} : { lease: leaseOf(lease, now) }),
  };
};

/** The outcome of one read; undefined where it cannot be understood. */
const readOutcomeOf = (outcome: BrokerOutcome, now: number): ReadOutcome | undefined => {
  if ('error' in outcome) return err(failureOf(outcome.error));
  const document = documentOf(outcome.secret, now);
  return document === undefined ? undefined : ok(document);
};

/** All of them, or none where one cannot be understood. */
export const outcomesOf = (
  body: Redacted<Buffer>,
  { count, now }: { readonly count: number; readonly now: number },
): Result<readonly ReadOutcome[], undefined> => {
  const outcomes = readOutcomes(body, count)?.map((outcome) => readOutcomeOf(outcome, now));
  const understood = outcomes?.filter((outcome) => outcome !== undefined);
  return understood?.length === count ? ok(understood) : err(undefined);
};

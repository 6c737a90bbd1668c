import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { retryAfterMilliseconds } from '../http/retry-after.ts';
import { ExchangeError } from './request-handler.ts';

/** AWS's own refusal of a request. */
export interface Refusal {
  readonly kind: 'refused';
  /** AWS's name for it, without a namespace and without `Exception` or `Error` at its end. Never shown: it is the server's text. */
  readonly code: string;
  readonly status: number;
  /** The server's `Date`. */
  readonly date: string | undefined;
  /** What it asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Why a request has no result: no answer that can be understood, or a refusal. */
export type AwsFailure = { readonly kind: 'failed'; readonly error: ProviderError } | Refusal;

/** What the sentences about an answer need. */
export interface AnswerContext {
  /** `host:port`. */
  readonly server: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

interface ThrownByService {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** By their shape: errors of another realm (a test's) are no instances of ours. */
const isThrownByService = (thrown: unknown): thrown is ThrownByService =>
  typeof thrown === 'object' &&
  thrown !== null &&
  '$fault' in thrown &&
  '$metadata' in thrown &&
  'name' in thrown &&
  typeof thrown.name === 'string';

export const notAws = ({ server }: AnswerContext, why: string): ProviderError =>
  providerError('unavailable', `${server}: the answer is not AWS's: ${why}`);

/** JSON services append `Exception` to their codes and query services, mostly, do not. */
export const bareCode = (name: string): string =>
  name.replace(/^.*#/, '').replace(/(?:Exception|Error)+$/, '');

const throttlingCodes = new Set([
  'Throttling',
  'Throttled',
  'RequestThrottled',
  'TooManyRequests',
  'RequestLimitExceeded',
  'LimitExceeded',
  'SlowDown',
]);

/** Codes of a server's own state; `InternalServiceError` has lost its ending. */
const stateCodes = new Set(['InternalService', 'InternalFailure', 'InternalServer', 'ServiceUnavailable']);

/** Answers that speak of the server's state and not of the request. */
const stateError = (refusal: Refusal, { server }: AnswerContext): ProviderError | undefined => {
  const { code, status, retryAfterMs } = refusal;
  if (status === 429 || throttlingCodes.has(code))
    return providerError(
      'throttled',
      `${server}: AWS asks for fewer requests (HTTP ${status})`,
      retryAfterMs,
    );
  return status >= 500 || stateCodes.has(code)
    ? providerError('unavailable', `${server}: AWS failed inside (HTTP ${status})`, retryAfterMs)
    : undefined;
};

/** What the SDK calls a refusal in which it finds no code: some proxies answer in JSON or XML too. */
const namelessCodes = new Set(['', 'Unknown', 'NotFound']);

const namelessError = ({ code, status }: Refusal, context: AnswerContext): ProviderError | undefined =>
  namelessCodes.has(code) ? notAws(context, `it names no error (HTTP ${status})`) : undefined;

const readRefusal = ({ name, $metadata, $response }: ThrownByService, now: number): Refusal => {
  const headers = $response?.headers ?? {};
  return {
    kind: 'refused',
    code: bareCode(name),
    status: Number($metadata.httpStatusCode ?? 0),
    date: headers['date'],
    retryAfterMs: retryAfterMilliseconds(headers['retry-after'], now),
  };
};

/** The SDK puts the answer beside what it throws over it; without one nothing was answered, and the fault is in this program. */
const hasResponse = (thrown: unknown): boolean =>
  typeof thrown === 'object' && thrown !== null && ('$response' in thrown || '$metadata' in thrown);

/**
 * What the SDK threw. Nothing of its text is taken over: it quotes answers, and for one that it could not read it carries the
 * whole of it. What has nothing to do with an answer is thrown on: it is a bug, to be logged as one.
 */
export const readFailure = (thrown: unknown, context: AnswerContext): AwsFailure => {
  if (thrown instanceof ExchangeError) return { kind: 'failed', error: thrown.error };
  if (!isThrownByService(thrown)) {
    if (!hasResponse(thrown)) throw thrown;
    return { kind: 'failed', error: notAws(context, 'it is not complete, or of another shape') };
  }
  const refusal = readRefusal(thrown, context.now);
  const error = stateError(refusal, context) ?? namelessError(refusal, context);
  return error === undefined ? refusal : { kind: 'failed', error };
};

/**
 * Codes for credentials that AWS does not, or no longer, know
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html).
 */
const staleCodes = new Set([
  'ExpiredToken',
  'UnrecognizedClient',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
]);

export const isStale = (failure: AwsFailure): boolean =>
  failure.kind === 'refused' && staleCodes.has(failure.code);

const signatureCodes = new Set([
  'InvalidSignature',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'AuthFailure',
]);

/** Codes for signatures that do not fit; the commonest reason is a clock. */
export const isSignatureRefused = (failure: AwsFailure): failure is Refusal =>
  failure.kind === 'refused' && signatureCodes.has(failure.code);

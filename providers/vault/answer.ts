import { isJsonObject } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { readJson } from '../http/json-answer.ts';
import { retryAfterMilliseconds } from '../http/retry-after.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An answer that Vault itself gave, about the request and not about its own state. */
export interface Verdict {
  readonly status: number;
  readonly body: JsonObject;
}

/** What the sentences about an answer need. */
export interface AnswerContext {
  /** `host:port`. */
  readonly server: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

export const notVaults = ({ server }: AnswerContext, why: string): ProviderError =>
  providerError('unavailable', `${server}: the answer is not Vault's: ${why}`);

/** Statuses that speak of the server's state, whoever put them there; their bodies are not read. */
const stateSentence = (status: number): string | undefined => {
  if (status === 503) return 'Vault is sealed or in standby, or its load balancer has no server (HTTP 503)';
  if (status === 412) return 'this Vault node is not up to date yet (HTTP 412)';
  if (status === 472 || status === 473)
    return `this Vault node is a replica that does not serve (HTTP ${status})`;
  return status >= 500 ? `Vault failed inside (HTTP ${status})` : undefined;
};

const stateError = (
  { status, headers }: HttpAnswer,
  { server, now }: AnswerContext,
): ProviderError | undefined => {
  const retryAfter = retryAfterMilliseconds(headers['retry-after'], now);
  if (status === 429)
    return providerError('throttled', `${server}: Vault asks for fewer requests (HTTP 429)`, retryAfter);
  const sentence = stateSentence(status);
  return sentence === undefined
    ? undefined
    : providerError('unavailable', `${server}: ${sentence}`, retryAfter);
};

const hasErrors = (errors: unknown): boolean =>
  Array.isArray(errors) ? errors.length > 0 : errors !== undefined && errors !== null;

/** Vault says `errors` with a refusal, also an empty list; a KV v2 secret that was deleted is a 404 with `data`. */
const bodyProblem = (status: number, body: JsonObject): string | undefined => {
  const { errors, data } = body;
  if (status === 200) return hasErrors(errors) ? 'it has errors with HTTP 200' : undefined;
  if (status < 300) return `HTTP ${status} was not expected`;
  return Array.isArray(errors) || (status === 404 && data !== undefined)
    ? undefined
    : `HTTP ${status} without Vault's list of errors`;
};

/**
 * Takes an answer for Vault's only if it reads like one: a proxy's or a login page's 403 or 404 must not look like a policy
 * that denies or a secret that is gone. Statuses: https://developer.hashicorp.com/vault/api-docs#http-status-codes.
 */
export const readVerdict = (answer: HttpAnswer, context: AnswerContext): Result<Verdict, ProviderError> => {
  const state = stateError(answer, context);
  if (state !== undefined) return err(state);
  const { status } = answer;
  const json = readJson(answer);
  if (!json.ok) return err(notVaults(context, `${json.error} (HTTP ${status})`));
  if (!isJsonObject(json.value)) return err(notVaults(context, `it is no JSON object (HTTP ${status})`));
  const problem = bodyProblem(status, json.value);
  return problem === undefined ? ok({ status, body: json.value }) : err(notVaults(context, problem));
};

/** A number of an answer; JSON numbers arrive as their text (lib/json.ts). */
export const numberOf = (value: unknown): number | undefined => {
  const number =
    typeof value === 'string' || value === undefined ? Number.NaN : Number(JSON.stringify(value));
  return Number.isFinite(number) ? number : undefined;
};

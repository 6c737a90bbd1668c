import { err, ok, type Result } from '../../lib/result.ts';
import type { Lease } from '../provider.ts';
import { numberOf, type JsonObject } from './answer.ts';
import type { EngineRequest } from './engine-request.ts';

/** What the times of an answer are counted from. */
export interface LeaseTimes {
  /** Wall clock when the request was sent, milliseconds: a lease has not begun before. */
  readonly sentAt: number;
  /** Vault's own clock as its `Date` header says it, milliseconds; undefined: it said nothing. */
  readonly serverTime: number | undefined;
}

/** Seconds from a `lease_duration`; undefined where it is no whole number that a clock can count. */
const wholeSeconds = (value: unknown, from: number): number | undefined => {
  const seconds = numberOf(value);
  return seconds !== undefined && Number.isSafeInteger(seconds) && Number.isSafeInteger(from + seconds * 1000)
    ? seconds
    : undefined;
};

/**
 * The lease that stands beside a secret, undefined where there is none, or why the fields are not Vault's
 * (https://developer.hashicorp.com/vault/docs/concepts/lease). A duration without an id is no lease: KV version 1 has one.
 */
export const readLease = (
  { lease_id: id, lease_duration: duration, renewable }: JsonObject,
  sentAt: number,
): Result<Lease | undefined, string> => {
  if (id === undefined || id === '') return ok(undefined);
  const seconds = wholeSeconds(duration, sentAt);
  if (typeof id !== 'string') return err('its lease_id is no text');
  if (seconds === undefined || seconds < 1) return err('its lease_duration is no number of seconds');
  if (typeof renewable !== 'boolean') return err('its renewable is neither true nor false');
  return ok({ id, durationSeconds: seconds, renewable, expiresAt: sentAt + seconds * 1000 });
};

/**
 * The life of what has no lease but says when it ends. It is counted by Vault's clock, which gave it: by this machine's alone, a
 * difference of the clocks would have a short life end before it began.
 */
export const readEnd = (
  end: unknown,
  { sentAt, serverTime }: LeaseTimes,
): Result<Lease, 'no number' | 'ended'> => {
  const at = wholeSeconds(end, 0);
  if (at === undefined) return err('no number');
  const seconds = Math.floor(at - (serverTime ?? sentAt) / 1000);
  if (seconds < 1) return err('ended');
  return ok({ id: '', durationSeconds: seconds, renewable: false, expiresAt: sentAt + seconds * 1000 });
};

/**
 * The field of an engine's data that says when it ends, if it has one: the `expiration` of what was made just now, which PKI
 * gives with each certificate, and the `expires_at_seconds` of Google Cloud's tokens. In other engines a field of that name
 * which is no number may mean anything.
 */
export const endOf = (
  { expiration, expires_at_seconds: expiresAt }: JsonObject,
  { method, path }: EngineRequest,
): unknown => {
  const isEnd = path.type === 'pki' ? expiration !== undefined : numberOf(expiration) !== undefined;
  if (method === 'write' && isEnd) return expiration;
  return numberOf(expiresAt) === undefined ? undefined : expiresAt;
};

/** Milliseconds of a `Date` header. */
export const serverTimeOf = (date: string | undefined): number | undefined => {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : time;
};

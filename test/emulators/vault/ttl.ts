import { err, ok } from '../../../lib/result.ts';
import type { Result } from '../../../lib/result.ts';

/** How long a mount lets things live, in seconds. */
export interface TtlLimits {
  readonly defaultSeconds: number;
  readonly maxSeconds: number;
}

/** Vault's own limits: 32 days for both. */
export const systemLimits: TtlLimits = { defaultSeconds: 2_764_800, maxSeconds: 2_764_800 };

/** What a role (or its absence) says about the time that a token or lease lives. Seconds; 0 is "not said". */
export interface TtlTerms {
  readonly ttl: number;
  readonly maxTtl: number;
  readonly period: number;
  readonly explicitMaxTtl: number;
}

export const noTerms: TtlTerms = { ttl: 0, maxTtl: 0, period: 0, explicitMaxTtl: 0 };

export interface TtlRequest {
  readonly limits: TtlLimits;
  readonly terms: TtlTerms;
  /** What the client asks for, 0 for nothing in particular. */
  readonly increment: number;
  /** Now and the first issue, in milliseconds since the epoch. */
  readonly now: number;
  readonly issued: number;
}

export interface Ttl {
  readonly seconds: number;
  readonly warnings: readonly string[];
}

/** A duration as Go prints it: `1h0m0s`, `1m30s`, `0s`. */
export function goDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours}h${minutes}m${seconds % 60}s`;
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}

/** The same without empty parts at the end: `1h`. */
const shortDuration = (seconds: number): string =>
  goDuration(seconds).replace(/m0s$/, 'm').replace(/h0m$/, 'h');

/** The whole seconds that Vault shows as left, counted from the nearest full second. */
export const secondsUntil = (end: number, now: number): number =>
  Math.trunc((end - Math.round(now / 1000) * 1000) / 1000);

const smallest = (...seconds: number[]): number => Math.min(...seconds.filter((value) => value > 0));

const capped = (what: string, wanted: number, allowed: number): string =>
  what === 'period'
    ? `period of "${shortDuration(wanted)}" exceeded the effective max_ttl of "${shortDuration(allowed)}"; period value is capped accordingly`
    : `TTL of "${shortDuration(wanted)}" exceeded the effective max_ttl of "${shortDuration(allowed)}"; TTL value is capped accordingly`;

/**
 * How long a token or lease now lives
 * (https://github.com/hashicorp/vault/blob/main/sdk/framework/lease.go, `CalculateTTL`): what is asked for, else the role's,
 * else the default, never beyond the maximum counted from the first issue. A period starts anew at each renewal.
 */
export function calculateTtl(request: TtlRequest): Result<Ttl, string> {
  const { limits, terms } = request;
  const max = smallest(limits.maxSeconds, terms.maxTtl, terms.explicitMaxTtl);
  const age = Math.floor(request.now / 1000) - Math.floor(request.issued / 1000);
  const warnings: string[] = [];
  let seconds: number;
  let end: number | undefined;
  if (terms.period > 0) {
    seconds = Math.min(terms.period, max);
    if (seconds < terms.period) warnings.push(capped('period', terms.period, max));
    if (terms.explicitMaxTtl > 0) end = terms.explicitMaxTtl;
  } else {
    seconds = request.increment > 0 ? request.increment : terms.ttl || limits.defaultSeconds;
    end = max;
  }
  if (end === undefined) return ok({ seconds, warnings });
  const left = end - age;
  if (left <= 0) return err('past the max TTL, cannot renew');
  if (left < seconds) {
    warnings.push(capped('TTL', seconds, left));
    seconds = left;
  }
  return ok({ seconds, warnings });
}

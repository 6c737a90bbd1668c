import * as z from 'zod/mini';
import { err, ok } from '../../../lib/result.ts';
import { globMatches } from '../shared/glob.ts';
import { parseBy } from '../shared/parse.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Result } from '../../../lib/result.ts';

/**
 * A rule as the servers' settings have it. Bitwarden's cloud: `get:*` 200 in `1m`, `post:*` 60 in `1m` and 5 in `1s`,
 * `post:/connect/token` 10 in `1m`.
 */
export interface Limit {
  /** `*` for everything, else `<method>:/<path>` with `*` for any run of characters. */
  readonly endpoint: string;
  /** `1s`, `5m`, `1h`, `1d`. */
  readonly period: string;
  /** How many requests. */
  readonly limit: number;
}

export const limitSchema = z.strictObject({
  endpoint: z.string().check(z.minLength(1)),
  period: z.string().check(z.regex(/^[1-9]\d*[smhd]$/, 'must be 1s, 5m, 1h or 1d')),
  limit: z.int().check(z.nonnegative()),
});

/** Reads rules from JSON; the error says what is wrong with them. */
export const parseLimits = (data: unknown): Result<Limit[], string> =>
  parseBy(z.array(limitSchema), data, 'limits');

interface Rule extends Limit {
  readonly milliseconds: number;
  count: number;
  startedAt: number;
}

export interface Excess {
  readonly period: string;
  readonly retryAfterSeconds: number;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function periodOf(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d*)([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (units[unit] ?? 0);
  if (milliseconds === 0) throw new Error(`${text} is no period: 1s, 5m, 1h or 1d`);
  return milliseconds;
}

/**
 * Counts requests in windows that begin with the first of them; refused ones do not count. Stricter than the real one, which counts
 * each path and client address by itself: a rule counts all that it fits together.
 */
export class RateLimit {
  readonly #clock: Clock;
  #rules: Rule[] = [];

  constructor(clock: Clock, limits: readonly Limit[] = []) {
    this.#clock = clock;
    this.set(limits);
  }

  /** Puts rules in place of those that were there; all begin anew. Throws on a period that is none. */
  set(limits: readonly Limit[]): void {
    this.#rules = limits.map((limit) => ({
      ...limit,
      ...{ milliseconds: periodOf(limit.period), count: 0, startedAt: -Infinity },
    }));
  }

  /** Whether a request may go on; it is counted then. */
  take(method: string, path: string): Result<undefined, Excess> {
    const endpoint = `${method.toLowerCase()}:/${path}`;
    const now = this.#clock.monotonic();
    const rules = this.#rules.filter((rule) => globMatches(rule.endpoint.toLowerCase(), endpoint));
    for (const rule of rules)
      if (now >= rule.startedAt + rule.milliseconds) Object.assign(rule, { count: 0, startedAt: now });
    const full = rules.find(({ count, limit }) => count >= limit);
    if (full === undefined) {
      for (const rule of rules) rule.count += 1;
      return ok(undefined);
    }
    const left = Math.ceil((full.startedAt + full.milliseconds - now) / 1000);
    return err({ period: full.period, retryAfterSeconds: Math.max(1, left) });
  }
}

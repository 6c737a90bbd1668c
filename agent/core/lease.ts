import type { Lease } from '../../lib/lease.ts';
import type { LeaseProperties } from '../../lib/selected-value.ts';

/** A lease that the agent holds. What it was at its issue stays with it: files are made of that, and renewals are measured by it. */
export interface HeldLease extends Lease {
  readonly issued: {
    /** Milliseconds since the epoch. */
    readonly at: number;
    readonly durationSeconds: number;
    readonly renewable: boolean;
  };
}

/** A new lease, at the time of its arrival. */
export const holdLease = (lease: Lease, at: number): HeldLease => {
  const { durationSeconds, renewable } = lease;
  return { ...lease, issued: { at, durationSeconds, renewable } };
};

/** What files may show of a lease. */
export const asIssued = ({ id, issued }: HeldLease): LeaseProperties => ({ id, ...issued });

/** The same lease after a renewal. It keeps its name, which files may show. */
export const renewedLease = (held: HeldLease, renewal: Lease): HeldLease => ({
  ...renewal,
  id: held.id,
  issued: held.issued,
});

/** Why a lease is replaced by a new one, as the log says it. */
export type ReissueReason =
  | 'ended'
  | 'login changed'
  | 'end of its longest life'
  | 'not renewable'
  | 'renewal refused'
  | 'unusable'
  | 'clock changed'
  | 'asked for';

export interface LeaseFacts {
  readonly lease: HeldLease;
  /** Milliseconds since the epoch, by whichever clock went further since the lease came (`leaseTime`). */
  readonly now: number;
  /** The provider's login now; undefined: it has none yet. */
  readonly login: string | undefined;
  /** Whether the provider can renew at all. */
  readonly canRenew: boolean;
  /** Whether the files that its source is there for could be made of its document. */
  readonly usable: boolean;
  /** The source's own interval, in milliseconds. */
  readonly intervalMs: number;
  /** The pod's factor of intervals, 0.9 to 1.1. */
  readonly spread: number;
}

/** What a lease needs: an action now, or which one after how many milliseconds. */
export type LeaseStep =
  | { readonly kind: 'keep'; readonly forMs: number; readonly then: 'renew' | 'reissue' }
  | { readonly kind: 'renew' }
  | { readonly kind: 'reissue'; readonly reason: ReissueReason };

interface Reissue {
  readonly at: number;
  readonly reason: ReissueReason;
}

const latestPoint = 2 / 3;
const clockTolerance = 5_000;

/**
 * The time as leases see it, in milliseconds since the epoch: what both clocks say has passed since `since`, whichever is more.
 * A clock that is set back makes no lease live longer; time that a suspended machine slept through counts as soon as its clock is
 * set right.
 */
export const leaseTime = (
  since: { readonly wall: number; readonly monotonic: number },
  now: { readonly wall: number; readonly monotonic: number },
): number => since.wall + Math.max(now.wall - since.wall, now.monotonic - since.monotonic);

/** At two thirds of the life, up to a tenth earlier by the pod's factor, so that pods that started together do not stay in step. */
const pointOf = (spread: number): number => latestPoint * Math.min(1, (spread + 0.9) / 2);

const lifeOf = ({ durationSeconds }: Lease): number => durationSeconds * 1_000;

/** No lease is replaced sooner than this after its issue: a backend whose answers make no sense must not make credentials without end. */
const shortestLife = ({ issued }: HeldLease): number =>
  Math.min(10_000, Math.max(500, (issued.durationSeconds * 1_000) / 3));

const isRenewable = ({ lease, canRenew }: LeaseFacts): boolean =>
  canRenew && lease.renewable && lease.id !== '' && !isNearItsEnd(lease);

/**
 * A renewal that gave less than half of what the issue gave: the backend's longest life is near. With renewals at two thirds, at
 * least a sixth of the duration is left then, for both credentials to work side by side.
 */
const isNearItsEnd = ({ durationSeconds, issued }: HeldLease): boolean =>
  durationSeconds < issued.durationSeconds / 2;

const hasOtherLogin = ({ lease, login }: LeaseFacts): boolean =>
  lease.login !== undefined && login !== undefined && lease.login !== login;

const reissueOf = (facts: LeaseFacts, point: number): Reissue => {
  const { lease, usable, intervalMs } = facts;
  const { at } = lease.issued;
  const candidates: readonly (Reissue | false)[] = [
    { at: lease.expiresAt, reason: 'ended' },
    hasOtherLogin(facts) && { at, reason: 'login changed' },
    isNearItsEnd(lease) && { at, reason: 'end of its longest life' },
    !isRenewable(facts) && { at: point, reason: 'not renewable' },
    !usable && { at: at + intervalMs, reason: 'unusable' },
  ];
  const first = candidates
    .filter((candidate) => candidate !== false)
    .reduce((earliest, candidate) => (candidate.at < earliest.at ? candidate : earliest));
  return { ...first, at: Math.max(first.at, at + shortestLife(lease)) };
};

/**
 * What to do with a lease. Renewable ones are renewed at two thirds of their life. A new one is asked for where a lease has
 * ended, where it ends with a login that is not the provider's any more, near its longest life, at two thirds where it cannot be
 * renewed, and on the source's interval where its document is of no use.
 */
export const leaseStep = (facts: LeaseFacts): LeaseStep => {
  const { lease, now, spread } = facts;
  const begin = lease.expiresAt - lifeOf(lease);
  const renewable = isRenewable(facts);
  // Left by an earlier process, before a clock was set back: nobody knows how much of its life is gone.
  if (now < begin - clockTolerance)
    return renewable ? { kind: 'renew' } : { kind: 'reissue', reason: 'clock changed' };
  const point = begin + lifeOf(lease) * pointOf(spread);
  const reissue = reissueOf(facts, point);
  if (reissue.at <= now) return { kind: 'reissue', reason: reissue.reason };
  if (!renewable) return { kind: 'keep', forMs: reissue.at - now, then: 'reissue' };
  if (point <= now) return { kind: 'renew' };
  const then = reissue.at < point ? 'reissue' : 'renew';
  return { kind: 'keep', forMs: Math.min(reissue.at, point) - now, then };
};

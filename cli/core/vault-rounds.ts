import {
  byInterval,
  exactly,
  isLeased,
  nextReadAt,
  renewalPoint,
  round,
  shortest,
  type Counting,
  type Round,
} from './rounds.ts';

const vaultReads = ({ sources, stays, assumptions }: Counting): Round[] => {
  const leased = sources.filter(isLeased);
  const reads = byInterval(
    sources.filter((source) => !isLeased(source)),
    stays,
  ).map(([everySeconds, group]) =>
    round({
      kind: 'read',
      service: 'vault',
      items: group.length,
      everySeconds,
      callsPerRound: exactly(group.length),
    }),
  );
  if (leased.length === 0) return reads;
  const everySeconds = stays ? renewalPoint(assumptions.vaultLeaseSeconds) : 0;
  const callsPerRound = exactly(leased.length);
  return [
    ...reads,
    round({ kind: 'lease', service: 'vault', items: leased.length, everySeconds, callsPerRound }),
  ];
};

/**
 * A token is looked at when something is read: past two thirds of its life it is renewed, past its end there is a new login. With
 * leases it is kept alive between reads too.
 */
const vaultLogins = ({ sources, stays, assumptions }: Counting): Round[] => {
  const life = assumptions.vaultTokenSeconds;
  const due = renewalPoint(life);
  const interval = shortest(
    sources.filter((source) => !isLeased(source)),
    stays,
  );
  const keptAlive = stays && sources.some(isLeased);
  const base = { service: 'vault', items: 0, callsPerRound: exactly(1) } as const;
  const loginRounds = (everySeconds: number): Round[] => [
    round({ ...base, kind: 'login', everySeconds }),
    round({ ...base, kind: 'mount_table', everySeconds }),
  ];
  if (interval === 0 && !keptAlive) return loginRounds(0);
  const seen = interval === 0 ? due : nextReadAt(interval, due);
  const everySeconds = keptAlive ? Math.min(seen, due) : seen;
  if (everySeconds >= life - Math.min(5, life / 10)) return loginRounds(everySeconds);
  const renewals = round({ ...base, kind: 'renewal', everySeconds });
  return [...loginRounds(0), { ...renewals, timesPerMonth: renewals.timesPerMonth - 1 }];
};

/** What a pod asks of a Vault store. */
export const vaultRounds = (counting: Counting): readonly Round[] => [
  ...vaultReads(counting),
  ...vaultLogins(counting),
];

import { looksDynamic } from '../../lib/dynamic-key.ts';
import type { BrokerStorePlan, PlanSource, PlanStore } from '../../lib/plan.ts';

/** What calls a month are counted for: 30 days, 720 hours. */
export const monthSeconds = 30 * 24 * 3600;

/** What the plan does not say: it is the backend's to decide, and known only when a pod has logged in. */
export interface Assumptions {
  /** Life of a Vault login; it is renewed at two thirds. */
  readonly vaultTokenSeconds: number;
  /** Life of a credential that Vault makes; it is renewed, or replaced, at two thirds. */
  readonly vaultLeaseSeconds: number;
}

export const defaultAssumptions: Assumptions = { vaultTokenSeconds: 3600, vaultLeaseSeconds: 3600 };

/** AWS: `expected` where the role may read several keys in one call, `most` where it may not. */
export interface Count {
  readonly expected: number;
  readonly most: number;
}

export const noCalls: Count = { expected: 0, most: 0 };

export const add = (a: Count, b: Count): Count => ({
  expected: a.expected + b.expected,
  most: a.most + b.most,
});

export const times = ({ expected, most }: Count, factor: number): Count => ({
  expected: expected * factor,
  most: most * factor,
});

/** So many calls, whatever the role may do. */
export const exactly = (calls: number): Count => ({ expected: calls, most: calls });

export type CallKind =
  /** Reads of secrets. */
  | 'read'
  /** Credentials made for this pod, and their renewals. */
  | 'lease'
  | 'login'
  /** A Vault token is asked to live longer. */
  | 'renewal'
  /** Which engines Vault has where; once a login. */
  | 'mount_table'
  /** AWS is asked for several keys at once, and refuses. */
  | 'refused_batch';

/** Calls that are made together, again and again. */
export interface Round {
  readonly kind: CallKind;
  /** Who is called: logins at AWS go to another service, which its price does not cover. */
  readonly service: 'vault' | 'secretsmanager' | 'sts' | 'bitwarden';
  /** Made by the broker, once for all pods that have the same secrets, whatever their number. */
  readonly shared?: true;
  /** Secrets that are read, or roles that are assumed; 0 where neither. */
  readonly items: number;
  /** 0: once. */
  readonly everySeconds: number;
  /** How often in a month. */
  readonly timesPerMonth: number;
  readonly callsPerRound: Count;
}

const roundsAMonth = (everySeconds: number): number =>
  everySeconds === 0 ? 1 : Math.ceil(monthSeconds / everySeconds);

/** Calls with how often they are made in a month. */
export const round = (parts: Omit<Round, 'timesPerMonth'>): Round => ({
  ...parts,
  timesPerMonth: roundsAMonth(parts.everySeconds),
});

/** Whether a read makes a credential; other keys of dynamic engines look like any key until they are read. */
export const isLeased = ({ parameters }: PlanSource): boolean => parameters !== undefined;

/** Whose secrets a store has, also where the broker reads it. */
export const backendOf = (
  provider: PlanStore['provider'],
): Exclude<PlanStore['provider']['type'], 'broker'> | BrokerStorePlan['provider'] =>
  provider.type === 'broker' ? provider.provider : provider.type;

/** Whether a key that stands for a secret has the shape of one that Vault makes a credential for, which is one pod's. */
export const maybeLeased = (source: PlanSource, backend: ReturnType<typeof backendOf>): boolean =>
  backend === 'vault' && !isLeased(source) && looksDynamic({ key: source.key });

/** Where two thirds of a life are over. */
export const renewalPoint = (seconds: number): number => Math.max(1, Math.floor((seconds * 2) / 3));

/** The first of the times `interval`, 2 × `interval`, … at or after `moment`. */
export const nextReadAt = (interval: number, moment: number): number =>
  Math.ceil(moment / interval) * interval;

/** Sources by the seconds between their reads, 0 for those that are read once, the shortest first. */
export const byInterval = (
  sources: readonly PlanSource[],
  stays: boolean,
): (readonly [number, PlanSource[]])[] => {
  const groups = new Map<number, PlanSource[]>();
  for (const source of sources) {
    const every = stays ? source.intervalSeconds : 0;
    groups.set(every, [...(groups.get(every) ?? []), source]);
  }
  return [...groups].sort(([a], [b]) => a - b);
};

/** The seconds after which any of the sources is read again; 0: none is. */
export const shortest = (sources: readonly PlanSource[], stays: boolean): number => {
  const intervals = sources.map(({ intervalSeconds }) => intervalSeconds).filter((seconds) => seconds > 0);
  return stays && intervals.length > 0 ? Math.min(...intervals) : 0;
};

/** What the calls to one store are counted from. */
export interface Counting {
  readonly sources: readonly PlanSource[];
  /** Whether the agent goes on after the start. */
  readonly stays: boolean;
  readonly assumptions: Assumptions;
}

import type { FaultGroup } from './row.ts';
import { answering } from './rows/answers.ts';
import { throughBroker } from './rows/broker.ts';
import { identity } from './rows/identity.ts';
import { leases } from './rows/leases.ts';
import { network } from './rows/network.ts';
import { pods } from './rows/pod.ts';
import { secrets } from './rows/secrets.ts';
import { times } from './rows/times.ts';

/** Every fault that Keyferry is tested with. To add one, add a row. */
export const table: readonly FaultGroup[] = [
  network,
  times,
  answering,
  secrets,
  leases,
  identity,
  throughBroker,
  pods,
];

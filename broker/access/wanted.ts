import type { BrokerRead } from '../../lib/broker/protocol.ts';
import { given } from '../../lib/given.ts';
import type { Caller } from '../identity/identity.ts';
import type { Access } from '../upstream/upstream.ts';
import type { Grant } from './access.ts';

/** What is read upstream, for a pod that may have it. */
export const accessOf = (
  { namespace, pod }: Caller,
  { store }: Grant,
  { key, version, stage, parameters, find }: BrokerRead,
): Access => ({
  store,
  wanted: { key, ...given({ version, stage, parameters, find }) },
  podUid: pod.uid,
  namespace,
});

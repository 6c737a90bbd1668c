import type { ProviderErrorCode } from '../../lib/provider-error.ts';
import type { NetworkBench, Strike } from '../support/faults/bench.ts';
import type { Cell, OwnStores, StartSeen } from './row.ts';

/** A fault that every store on a network has. */
interface NetworkCell {
  readonly strike: Strike<NetworkBench>;
  /** Default: `unavailable`. */
  readonly code?: ProviderErrorCode;
  /** The same sentence for every store, or one for each; left out: a user sees nothing. */
  readonly says?: string | { readonly vault: string; readonly aws: string };
  readonly retryAfter?: number;
  /** Whether a request is made at all. Default: true. */
  readonly asks?: boolean;
  readonly start?: StartSeen;
}

const networkCell = (cell: NetworkCell, store: 'vault' | 'aws', operation: string): Cell<NetworkBench> => {
  const { strike, code = 'unavailable', says, retryAfter, asks = true, start } = cell;
  const sentence = typeof says === 'object' ? says[store] : says;
  return {
    strike,
    ...(sentence === undefined
      ? {}
      : {
          seen: {
            code,
            says: sentence,
            ...(asks ? { operation } : {}),
            ...(retryAfter === undefined ? {} : { retryAfter }),
          },
        }),
    ...(start === undefined ? {} : { start }),
  };
};

/** The same at Vault and AWS, with what a file store has instead. */
export const onNetwork = (cell: NetworkCell, file: OwnStores['file']): OwnStores => ({
  vault: networkCell(cell, 'vault', 'read'),
  aws: networkCell(cell, 'aws', 'batch_read'),
  file,
});

/** The same where the pod has to log in. */
export const atLogins = (cell: NetworkCell): OwnStores => ({
  vault: networkCell(cell, 'vault', 'login'),
  aws: networkCell(cell, 'aws', 'login'),
  file: 'a file needs no log-in',
});

import { onNetwork } from '../cells.ts';
import type { FaultGroup } from '../row.ts';
import { answers } from '../strikes.ts';

const noHttp = 'a file has no HTTP';

/** What comes back is late. */
export const times: FaultGroup = {
  title: 'How long the store takes',
  rows: [
    {
      fault: 'slow',
      happens: 'the store takes 4 s for every answer',
      stores: onNetwork({ strike: answers({ kind: 'slow-headers', milliseconds: 4_000 }) }, noHttp),
    },
    {
      fault: 'slow headers',
      happens: 'the answer begins after 30 s',
      stores: onNetwork(
        {
          strike: answers({ kind: 'slow-headers', milliseconds: 30_000 }),
          code: 'timeout',
          says: 'SERVER sent no answer within 10 s',
        },
        noHttp,
      ),
    },
    {
      fault: 'slow body',
      happens: 'the answer begins at once and drips for 20 s',
      stores: onNetwork(
        {
          strike: answers({ kind: 'slow-body', milliseconds: 20_000 }),
          code: 'timeout',
          says: 'SERVER did not complete its answer within 10 s',
        },
        noHttp,
      ),
    },
    {
      fault: 'no answer',
      happens: 'the connection stands, and nothing ever comes',
      stores: onNetwork(
        {
          strike: answers({ kind: 'hang' }),
          code: 'timeout',
          says: 'SERVER sent no answer within 10 s',
        },
        noHttp,
      ),
    },
  ],
};

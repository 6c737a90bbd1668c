import type { FunctionGroup } from '../table.ts';

/** sprig's functions for URLs. */
export const urlGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 64,
  names: ['urlJoin', 'urlParse'],
};

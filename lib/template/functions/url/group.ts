import type { FunctionGroup } from '../table.ts';

/** sprig's functions for URLs. */
export const urlGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  names: ['urlJoin', 'urlParse'],
};

import type { FunctionGroup } from '../table.ts';

/** sprig's functions for versions. */
export const semverGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 64,
  names: ['semver', 'semverCompare'],
};

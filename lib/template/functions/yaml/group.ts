import type { FunctionGroup } from '../table.ts';

/** YAML, with the library that reads it. */
export const yamlGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  names: ['fromYaml', 'toYaml'],
};

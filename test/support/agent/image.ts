import { join } from 'node:path';
import type { Image } from '../../emulators/podbox/types.ts';

/** The agent's image: the bundle that `test/support/build-programs.mjs` has made. */
export const agentImage: Image = {
  files: { '/opt/keyferry/agent.cjs': join(import.meta.dirname, '..', '..', '..', 'dist', 'agent.cjs') },
  user: 65_532,
  group: 65_532,
};

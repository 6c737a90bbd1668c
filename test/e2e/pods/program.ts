import { join } from 'node:path';
import { bundle } from '../bundle.ts';

/** The reader as a text for `node -e`, with what the kubelet would take for a variable escaped. */
export const bundleReader = async (): Promise<string> =>
  (await bundle(join(import.meta.dirname, 'reader.ts'))).replaceAll('$(', () => '$$(');

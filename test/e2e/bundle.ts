import { join } from 'node:path';
import { build } from 'esbuild';

/** A program of ours as one text that Node runs by itself. */
export const bundle = async (entry: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
};

/** A stand-in as one file that Node runs by itself. */
export const bundleEmulator = (name: string): Promise<string> =>
  bundle(join(import.meta.dirname, '..', 'emulators', name, 'main.ts'));

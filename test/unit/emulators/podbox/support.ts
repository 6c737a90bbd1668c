import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryFolder } from '../../../emulators/podbox/volumes/memory-folder.ts';
import { Podbox, type PodboxOptions } from '../../../emulators/podbox/podbox.ts';
import type { Container, Pod, PodSpec } from '../../../emulators/podbox/manifest/pod-types.ts';

export const isRoot = process.getuid?.() === 0;

/** Whether this process may mount a tmpfs; root in a container often may not. */
export const canMount = async (): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'podbox-mount-'));
  const notes: string[] = [];
  const best = isRoot ? 'mount' : 'disk';
  const volume = await memoryFolder({ path: join(folder, 'v'), best, note: (text) => notes.push(text) });
  await volume.remove();
  rmdirSync(folder);
  return notes.length === 0;
};

/** A podbox whose one image can run `node`, with tokens that say who asked. */
export const makePodbox = (options: Partial<PodboxOptions> = {}): Promise<Podbox> =>
  Podbox.create({
    images: { node: {} },
    tokens: () => Promise.resolve({ token: 'a token', expiresAt: 0 }),
    ...options,
  });

/** A container that runs a piece of JavaScript. */
export const container = (name: string, code: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'node',
  command: ['node', '--eval', code],
  ...more,
});

export const pod = (containers: readonly Container[], spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'payments', namespace: 'shop', uid: 'uid-1' },
  spec: { containers, ...spec },
});

/** Runs until it is asked to end, and says both. */
export const serve = `
  process.on('SIGTERM', () => { console.log('down'); process.exit(0); });
  console.log('up');
  setInterval(() => {}, 1000);
`;

/** A sidecar. */
export const sidecar = (name: string, code = serve, more: Partial<Container> = {}): Container =>
  container(name, code, { restartPolicy: 'Always', ...more });

export const hook = (code: string): Pick<Container, 'lifecycle'> => ({
  lifecycle: { postStart: { exec: { command: ['node', '--eval', code] } } },
});

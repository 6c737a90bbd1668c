import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { PodSpec, VolumeProjection } from '../../../emulators/podbox/manifest/pod-types.ts';
import type { Podbox, PodboxOptions } from '../../../emulators/podbox/podbox.ts';
import type { TokenRequest } from '../../../emulators/podbox/types.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { canMount, container, isRoot, makePodbox, pod, serve } from './support.ts';

let podbox: Podbox | undefined;
afterEach(async () => {
  await podbox?.close();
  podbox = undefined;
});

const mountable = await canMount();
const asRoot = isRoot ? test : test.skip;
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

const runWith = async (
  volumes: NonNullable<PodSpec['volumes']>,
  spec: Partial<PodSpec> = {},
  options: Partial<PodboxOptions> = {},
): Promise<Podbox> => {
  podbox = await makePodbox(options);
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/volumes/${name}` }));
  await podbox.run(pod([container('app', serve, { volumeMounts })], { volumes, ...spec }));
  return podbox;
};

const projected = (...sources: VolumeProjection[]) => [{ name: 'identity', projected: { sources } }];
const tokenAt = (path: string, more = {}): VolumeProjection => ({ serviceAccountToken: { path, ...more } });

describe('emptyDir', () => {
  const memory = [{ name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '64Ki' } }];

  (mountable ? test : test.skip)(
    'in memory is a tmpfs of its size limit, open to all and sticky',
    async () => {
      const box = await runWith(memory);
      const path = box.volume('payments', 'data');
      expect(execFileSync('stat', ['-f', '-c', '%T', path], { encoding: 'utf8' }).trim()).toBe('tmpfs');
      expect(mode(path)).toBe('1777');
      expect(() => {
        writeFileSync(join(path, 'file'), Buffer.alloc(65 * 1024));
      }).toThrow('ENOSPC');
      writeFileSync(join(path, 'file'), Buffer.alloc(60 * 1024));
      await box.until('payments', ({ log }) => log('app') !== '');
      expect(readFileSync(join(box.root('payments', 'app'), '/volumes/data/file'))).toHaveLength(60 * 1024);
      expect(box.notes).not.toContainEqual(expect.stringContaining('sizeLimit'));
    },
  );

  asRoot('belongs to the fsGroup, which its folders pass on', async () => {
    const box = await runWith([...memory, { name: 'disk', emptyDir: {} }], {
      securityContext: { fsGroup: 4242 },
    });
    const data = box.volume('payments', 'data');
    expect([mode(data), statSync(data).gid]).toEqual(['3777', 4242]);
    const disk = box.volume('payments', 'disk');
    expect([mode(disk), statSync(disk).gid]).toEqual(['2777', 4242]);
  });

  (existsSync('/dev/shm') ? test : test.skip)(
    'without the right to mount it is a folder of shared memory, and the notes say so',
    async () => {
      const notes: string[] = [];
      const box = await runWith(memory, {}, { medium: 'shared-memory', onNote: (text) => notes.push(text) });
      expect(mode(box.volume('payments', 'data'))).toBe('1777');
      expect(box.volume('payments', 'data')).toMatch(/^\/dev\/shm\/keyferry-podbox-/);
      expect(notes).toContainEqual(expect.stringContaining('sizeLimit is not enforced'));
      expect(box.notes).toEqual([...notes].sort());
    },
  );

  test('without any tmpfs it is a folder on disk, and the notes say so', async () => {
    const box = await runWith(memory, {}, { medium: 'disk' });
    expect(mode(box.volume('payments', 'data'))).toBe('1777');
    expect(box.notes).toContain('volumes in memory are folders on disk: this machine offers no tmpfs');
  });

  test('on disk is open to all', async () => {
    const box = await runWith([{ name: 'data', emptyDir: {} }]);
    expect(mode(box.volume('payments', 'data'))).toBe('777');
  });
});

describe('projected tokens', () => {
  /** Tokens that last as long as asked for and say their number. */
  const counting = (clock: ManualClock, asked: TokenRequest[]): PodboxOptions['tokens'] => {
    return (request) => {
      asked.push(request);
      const expiresAt = clock.now() + request.expirationSeconds * 1000;
      return Promise.resolve({ token: `token ${asked.length}`, expiresAt });
    };
  };

  test('are asked for with audience, pod and life, and written as the kubelet writes', async () => {
    const clock = new ManualClock();
    const asked: TokenRequest[] = [];
    const box = await runWith(
      projected(
        tokenAt('tokens/vault', { audience: 'vault', expirationSeconds: 600 }),
        tokenAt('tokens/api'),
      ),
      { serviceAccountName: 'payer' },
      { clock, tokens: counting(clock, asked) },
    );
    const whose = { namespace: 'shop', serviceAccount: 'payer', pod: { name: 'payments', uid: 'uid-1' } };
    expect(asked).toEqual([
      { ...whose, audience: 'vault', expirationSeconds: 600 },
      { ...whose, expirationSeconds: 3600 },
    ]);
    const folder = box.volume('payments', 'identity');
    expect(readFileSync(join(folder, 'tokens/vault'), 'utf8')).toBe('token 1');
    expect(readlinkSync(join(folder, 'tokens'))).toBe('..data/tokens');
    expect(readlinkSync(join(folder, '..data'))).toMatch(/^\.\.2026_01_01_00_00_00\./);
    expect(mode(join(folder, 'tokens/vault'))).toBe('644');
  });

  test('are written anew at 80 % of their life, all files by one rename', async () => {
    const clock = new ManualClock();
    const asked: TokenRequest[] = [];
    const box = await runWith(
      projected(tokenAt('short', { expirationSeconds: 600 }), tokenAt('long', { expirationSeconds: 3600 })),
      {},
      { clock, tokens: counting(clock, asked) },
    );
    const folder = box.volume('payments', 'identity');
    const read = () => ['short', 'long'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const before = readlinkSync(join(folder, '..data'));
    await clock.sleeping();
    await clock.advance(479_999);
    expect(read()).toEqual(['token 1', 'token 2']);
    await clock.advance(1);
    await clock.sleeping();
    expect(read()).toEqual(['token 3', 'token 2']);
    expect(readdirSync(folder).sort()).toEqual(
      [readlinkSync(join(folder, '..data')), '..data', 'long', 'short'].sort(),
    );
    expect(readlinkSync(join(folder, '..data'))).not.toBe(before);
  });

  test('stay as they are while no new one is to be had, and are asked for again', async () => {
    const clock = new ManualClock();
    let broken = false;
    const box = await runWith(
      projected(tokenAt('token', { expirationSeconds: 600 })),
      {},
      {
        clock,
        tokens: () =>
          broken
            ? Promise.reject(new Error('the API server is away'))
            : Promise.resolve({ token: `at ${clock.now()}`, expiresAt: clock.now() + 600_000 }),
      },
    );
    const file = join(box.volume('payments', 'identity'), 'token');
    const first = readFileSync(file, 'utf8');
    await clock.sleeping();
    broken = true;
    await clock.advance(480_000);
    await box.until('payments', ({ events }) => events.some(({ reason }) => reason === 'FailedMount'));
    expect(readFileSync(file, 'utf8')).toBe(first);
    broken = false;
    await clock.sleeping();
    await clock.advance(10_000);
    await clock.sleeping();
    expect(readFileSync(file, 'utf8')).not.toBe(first);
  });

  asRoot(
    'are their owner’s alone when all containers run as one user, and the group’s with fsGroup',
    async () => {
      const clock = new ManualClock();
      const tokens = counting(clock, []);
      const source = projected(tokenAt('token'), {
        downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] },
      });
      const owned = await runWith(source, { securityContext: { runAsUser: 1001 } }, { clock, tokens });
      const file = join(owned.volume('payments', 'identity'), 'token');
      expect([mode(file), statSync(file).uid, statSync(file).gid]).toEqual(['600', 1001, 0]);
      expect(mode(join(owned.volume('payments', 'identity'), 'name'))).toBe('644');
      await owned.delete('payments');

      await owned.run(
        pod([container('app', serve)], {
          volumes: source,
          securityContext: { runAsUser: 1001, fsGroup: 4242 },
        }),
      );
      const grouped = join(owned.volume('payments', 'identity'), 'token');
      expect([mode(grouped), statSync(grouped).uid, statSync(grouped).gid]).toEqual(['640', 1001, 4242]);
      await owned.delete('payments');

      const mixed = [container('a', serve, { securityContext: { runAsUser: 1001 } }), container('b', serve)];
      await owned.run(pod(mixed, { volumes: source }));
      expect(mode(join(owned.volume('payments', 'identity'), 'token'))).toBe('644');
    },
  );

  test('that cannot be had at the start stop the pod from starting', async () => {
    podbox = await makePodbox({ tokens: () => Promise.reject(new Error('forbidden')) });
    const volumes = projected(tokenAt('token'));
    await expect(podbox.run(pod([container('app', serve)], { volumes }))).rejects.toThrow('forbidden');
  });
});

describe('the downward API', () => {
  const items = [
    { path: 'force-sync', fieldRef: { fieldPath: `metadata.annotations['keyferry.dev/force-sync']` } },
    { path: 'all', fieldRef: { fieldPath: 'metadata.annotations' } },
  ];

  test('shows annotations, and shows them anew when they change', async () => {
    const box = await runWith([
      { name: 'info', downwardAPI: { items } },
      ...projected({ downwardAPI: { items } }),
    ]);
    const info = box.volume('payments', 'info');
    const identity = box.volume('payments', 'identity');
    expect(readFileSync(join(identity, 'force-sync'), 'utf8')).toBe('');
    await box.annotate('payments', { 'keyferry.dev/force-sync': 'now', other: 'a "b"' });
    expect(readFileSync(join(identity, 'force-sync'), 'utf8')).toBe('now');
    expect(readFileSync(join(info, 'all'), 'utf8')).toBe('keyferry.dev/force-sync="now"\nother="a \\"b\\""');
    const data = readlinkSync(join(info, '..data'));
    await box.annotate('payments', { 'keyferry.dev/force-sync': 'now' });
    expect(readlinkSync(join(info, '..data'))).toBe(data);
    await box.annotate('payments', { 'keyferry.dev/force-sync': null });
    expect(readFileSync(join(identity, 'force-sync'), 'utf8')).toBe('');
  });
});

describe('ConfigMaps', () => {
  const trust = (optional: boolean) => projected({ configMap: { name: 'trust', optional } });

  test('are projected, follow changes, and may be missing when optional', async () => {
    const data = new Map<string, Record<string, string>>();
    const configMaps = (namespace: string, name: string) => data.get(`${namespace}/${name}`);
    const box = await runWith(trust(true), {}, { configMaps });
    const folder = box.volume('payments', 'identity');
    expect(readdirSync(folder).filter((name) => !name.startsWith('..'))).toEqual([]);
    data.set('shop/trust', { 'ca.crt': 'PEM' });
    await box.refreshVolumes('payments');
    expect(readFileSync(join(folder, 'ca.crt'), 'utf8')).toBe('PEM');
    data.delete('shop/trust');
    await box.refreshVolumes('payments');
    expect(readdirSync(folder).filter((name) => !name.startsWith('..'))).toEqual([]);
  });

  test('stop the pod from starting when they are missing', async () => {
    podbox = await makePodbox();
    const run = podbox.run(pod([container('app', serve)], { volumes: trust(false) }));
    await expect(run).rejects.toThrow('configmap "trust" not found');
  });
});

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ObjectCache } from '../../lib/kube/cache.ts';
import { readManifests, startManifestCache } from '../../lib/kube/manifest-cache.ts';
import { objectCache } from '../../lib/kube/object-cache.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { untilAdvancing } from '../support/until.ts';

let folder: string;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let cache: ObjectCache | undefined;

const namespace = (name: string): string => `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}\n`;
const write = (path: string, text: string): Promise<void> => writeFile(join(folder, path), text);
const start = async (...paths: string[]): Promise<ObjectCache> => startWith({}, ...paths);
const startWith = async (
  options: { readonly externalSecretsOperator?: boolean },
  ...paths: string[]
): Promise<ObjectCache> => {
  const started = await startManifestCache({
    ...options,
    paths: paths.length > 0 ? paths : [folder],
    clock,
    log: logged.log,
  });
  if (!started.ok) throw new Error(started.error.join('\n'));
  cache = started.value;
  return cache;
};
const names = (of: ObjectCache): string[] => of.list('Namespace').map(({ metadata }) => metadata.name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-manifests-'));
  clock = new ManualClock();
  logged = logLines();
  cache = undefined;
});
afterEach(async () => {
  await cache?.stop();
  await rm(folder, { recursive: true });
});

describe('reading', () => {
  test('files, folders with their subfolders, and standard input, in order', async () => {
    await mkdir(join(folder, 'sub'));
    await write('sub/b.yml', namespace('b'));
    await write('a.yaml', namespace('a'));
    await write('z.json', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'z' } }));
    await write('.hidden.yaml', 'bad: [');
    await write('README.md', 'bad: [');
    const { objects, problems } = await readManifests([folder, '-'], namespace('stdin'));
    expect(problems).toEqual([]);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'z', 'stdin']);
  });

  test('a mounted ConfigMap is read once', async () => {
    await mkdir(join(folder, '..generation'));
    await write('..generation/a.yaml', namespace('a'));
    await symlink('..generation', join(folder, '..data'));
    await symlink('..data/a.yaml', join(folder, 'a.yaml'));
    expect((await readManifests([folder])).objects).toHaveLength(1);
  });

  test('every problem is told, with its file', async () => {
    await write('a.yaml', 'a: [');
    const other = namespace('x').replace('name: x', 'name: x, labels: { team: a }');
    await write('b.yaml', `${namespace('x')}---\n${other}`);
    const { problems } = await readManifests([folder, join(folder, 'nothing')]);
    expect(problems.map((problem) => problem.replaceAll(folder, ''))).toEqual([
      '/nothing: there is no such file or folder',
      expect.stringContaining('/a.yaml: Flow sequence'),
      '/b.yaml, document 2: Namespace x is already in /b.yaml, document 1, and says something else there',
    ]);
  });

  test('objects that were read once make a cache', async () => {
    await write('a.yaml', namespace('a'));
    const { objects } = await readManifests([folder]);
    const once = objectCache(objects, clock);
    expect(once.synced).toBe(true);
    expect(once.get({ kind: 'Namespace', name: 'a' })).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a' },
    });
    expect(once.get({ kind: 'ServiceAccount', namespace: 'a', name: 'a' })).toBeUndefined();
    await once.stop();
  });
});

describe('a cache of manifests', () => {
  test('follows new, changed, moved and deleted files', async () => {
    await write('a.yaml', namespace('a'));
    const following = await start();
    expect(names(following)).toEqual(['a']);
    await mkdir(join(folder, 'sub'));
    await write('sub/b.yaml', namespace('b'));
    await untilAdvancing(clock, () => names(following).length === 2);
    await write('c.tmp', namespace('c'));
    await rename(join(folder, 'c.tmp'), join(folder, 'a.yaml'));
    await untilAdvancing(clock, () => names(following).join() === 'b,c');
    await rm(join(folder, 'sub'), { recursive: true });
    await untilAdvancing(clock, () => names(following).join() === 'c');
  });

  test('leaves out the objects of External Secrets Operator, unless it is told to read them', async () => {
    const manifest = (api: string): string =>
      `{apiVersion: ${api}, kind: SecretStore, metadata: {name: a, namespace: b}}\n`;
    await write('ours.yaml', manifest('keyferry.dev/v1beta1'));
    await write('theirs.yaml', manifest('external-secrets.io/v1'));
    const versions = (of: ObjectCache): (string | undefined)[] => {
      const key = { kind: 'SecretStore', namespace: 'b', name: 'a' } as const;
      return [of.get(key), of.get({ ...key, group: 'external-secrets.io' })].map(
        (object) => object?.apiVersion,
      );
    };
    expect(versions(await start())).toEqual(['keyferry.dev/v1beta1', undefined]);
    await cache?.stop();
    expect(versions(await startWith({ externalSecretsOperator: true }))).toEqual([
      'keyferry.dev/v1beta1',
      'external-secrets.io/v1',
    ]);
  });

  test('one file, replaced as editors do', async () => {
    await write('a.yaml', namespace('a'));
    const following = await start(join(folder, 'a.yaml'));
    await write('new', namespace('b'));
    await rename(join(folder, 'new'), join(folder, 'a.yaml'));
    await untilAdvancing(clock, () => names(following).join() === 'b');
  });

  test('keeps what it has while there are problems, and says them once', async () => {
    await write('a.yaml', namespace('a'));
    const following = await start();
    await write('a.yaml', 'bad: [');
    const errors = (): number => logged.lines.filter(({ level }) => level === 'error').length;
    await untilAdvancing(clock, () => errors() === 1);
    await untilAdvancing(clock, () => clock.monotonic() > 200_000, { step: 1000 });
    expect(errors()).toBe(1);
    expect(names(following)).toEqual(['a']);
    await write('a.yaml', namespace('b'));
    await untilAdvancing(clock, () => names(following).join() === 'b');
  });

  test('whoever waits for an object gets it from a later file', async () => {
    const following = await start();
    const waiting = following.waitFor({ kind: 'Namespace', name: 'a' }, { timeoutMilliseconds: 30_000 });
    await write('a.yaml', namespace('a'));
    let found: unknown;
    void waiting.then((object) => {
      found = object?.metadata.name;
    });
    await untilAdvancing(clock, () => found === 'a');
  });

  test('does not start with problems', async () => {
    await write('a.yaml', 'a: [');
    const started = await startManifestCache({ paths: [folder], clock, log: logged.log });
    expect(started.ok).toBe(false);
    expect(clock.untilNext()).toBeUndefined();
  });
});

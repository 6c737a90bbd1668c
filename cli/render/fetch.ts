import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Agent } from '../../agent/agent.ts';
import { modeRules } from '../../agent/core/modes.ts';
import type { AgentPaths } from '../../agent/paths.ts';
import { openStores } from '../../agent/providers.ts';
import { openTemplates } from '../../agent/templates.ts';
import { nodeFileSystem } from '../../agent/publish/file-system.ts';
import { runMode, type Ending } from '../../agent/run-mode.ts';
import { trustFile } from '../../lib/broker/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { configMapsFolder, forceSyncFile, tokensFolder } from '../../lib/names.ts';
import type { Plan } from '../../lib/plan.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';

/** A file as a pod would have it. */
export interface FetchedFile {
  /** Relative: `<target>/<key>`. */
  readonly path: string;
  readonly bytes: Redacted<Buffer>;
}

export interface FetchOptions {
  readonly plan: Plan;
  /** What the kubelet would project into the identity volume: contents by path. */
  readonly identity: ReadonlyMap<string, Redacted<Buffer>>;
  readonly clock: Clock;
}

/** Memory where the system has a folder for it: the files are only on their way. */
const sharedMemory = '/dev/shm';

const makeFolder = async (): Promise<string> => {
  try {
    return await mkdtemp(join(sharedMemory, 'keyferry-render-'));
  } catch {
    return mkdtemp(join(tmpdir(), 'keyferry-render-'));
  }
};

const pathsBelow = (folder: string): AgentPaths => ({
  resolve: (path) => path,
  secrets: join(folder, 'secrets'),
  state: join(folder, 'state.json'),
  identity: join(folder, 'identity'),
  tokens: join(folder, 'identity', tokensFolder),
  forceSync: join(folder, 'identity', forceSyncFile),
  configMaps: join(folder, 'identity', configMapsFolder),
  brokerTrust: join(folder, 'identity', trustFile),
  terminationMessage: join(folder, 'termination-log'),
});

const writeBelow = async (folder: string, files: FetchOptions['identity']): Promise<void> => {
  for (const [path, bytes] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, bytes.reveal(), { mode: 0o600 });
  }
};

/** Every file that an app would see: those behind the visible links. */
const readPublished = async (folder: string): Promise<readonly FetchedFile[]> => {
  const entries = await readdir(join(folder, '..data'), { recursive: true, withFileTypes: true });
  const root = `${join(folder, '..data')}/`;
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
  return Promise.all(
    paths.map(async (path) => ({ path, bytes: new Redacted(await readFile(`${root}${path}`)) })),
  );
};

const initRules = modeRules('init');

const runAgent = async (paths: AgentPaths, { plan, clock }: FetchOptions): Promise<Ending> => {
  if (initRules === undefined) throw new Error('the agent has no mode init');
  const templates = await openTemplates(plan, { now: () => clock.now(), randomBytes });
  if (!templates.ok) return { exitCode: 1, headline: 'the templates cannot be read', lines: templates.error };
  const stop = new AbortController();
  const agent = new Agent({
    plan,
    planHash: '',
    podUid: '',
    paths,
    fileSystem: nodeFileSystem,
    clock,
    log: silentLogger,
    openStore: openStores({ plan, paths, random: Math.random }),
    templates: templates.value,
    random: Math.random,
    randomName: () => randomBytes(8).toString('hex'),
    stop: stop.signal,
    readAnew: true,
    follows: false,
    revokes: false,
  });
  try {
    return await runMode({
      agent,
      plan,
      rules: initRules,
      clock,
      log: silentLogger,
      stop: stop.signal,
      serve: () => Promise.resolve(),
    });
  } finally {
    stop.abort();
  }
};

/**
 * Does what a pod's init container would do, in a folder of its own that is gone afterwards: the same agent, from login to published
 * files. The error is what `kubectl describe` would show, a line each.
 */
export const fetchFiles = async (
  options: FetchOptions,
): Promise<Result<readonly FetchedFile[], readonly string[]>> => {
  const folder = await makeFolder();
  try {
    const paths = pathsBelow(folder);
    for (const path of [paths.secrets, paths.tokens]) await mkdir(path, { recursive: true, mode: 0o700 });
    await writeBelow(paths.identity, options.identity);
    const { headline, lines = [] } = await runAgent(paths, options);
    return headline === undefined ? ok(await readPublished(paths.secrets)) : err([headline, ...lines]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

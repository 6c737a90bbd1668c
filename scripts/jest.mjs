import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

// Jest loads ES modules only with this flag of Node's; everything else about the run is in jest.config.mjs.
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const command = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  jest,
  ...process.argv.slice(2),
];

// The modules of each test file are loaded anew, and Jest lets go of few of them: all files in one process come to more memory than Node has.
const parts = 10;
// Most tests wait for processes and sockets, not for a processor; more than two parts at once keep those waiting in turn.
const atOnce = Math.min(2, availableParallelism());

/** What takes longer hangs: a part is done in a minute or two. In milliseconds. */
const longestPart = 15 * 60_000;

/** Runs one part in a process of its own. What it says is shown in one piece when it has ended. */
const runPart = async (part) => {
  const env = { ...process.env, KEYFERRY_PROGRAMS_ARE_BUILT: '1' };
  const child = spawn(process.execPath, [...command, `--shard=${part}/${parts}`], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env,
  });
  const late = setTimeout(() => child.kill('SIGKILL'), longestPart);
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  clearTimeout(late);
  process.stderr.write(`\npart ${part} of ${parts} of the tests\n${said}`);
  if (status === null) process.stderr.write(`part ${part} was ended: it did not come to an end by itself\n`);
  return status === 0;
};

const runAll = async () => {
  const build = spawnSync(process.execPath, ['scripts/build.mjs'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.status !== 0) return 1;
  const waiting = Array.from({ length: parts }, (_, index) => index + 1);
  const failed = [];
  const work = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift())
      if (!(await runPart(part))) failed.push(part);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failed.length > 0) process.stderr.write(`\ntests failed in part ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
};

const runChosen = () => spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1;

process.exit(process.argv.length > 2 ? runChosen() : await runAll());

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

// Jest loads ES modules only with this flag of Node's; everything else about the run is in jest.config.mjs.
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const args = process.argv.slice(2);

// The modules of each test file are loaded anew, and Jest lets go of few of them: all files in one process come to more memory than Node has.
const shards = 10;

/** @param {string[]} more @param {Record<string, string>} environment */
const run = (more, environment = {}) => {
  const options = { stdio: 'inherit', env: { ...process.env, ...environment } };
  return spawnSync(process.execPath, [...flags, jest, ...args, ...more], options).status ?? 1;
};

/** Each part in a process of its own, one after the other; the programs are bundled for the first. */
const runAll = () => {
  const failed = [];
  for (let part = 1; part <= shards; part += 1) {
    process.stderr.write(`\npart ${part} of ${shards} of the tests\n`);
    const built = part === 1 ? {} : { KEYFERRY_PROGRAMS_ARE_BUILT: '1' };
    if (run([`--shard=${part}/${shards}`], built) !== 0) failed.push(part);
  }
  if (failed.length > 0) process.stderr.write(`\ntests failed in part ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
};

process.exit(args.length === 0 ? runAll() : run([]));

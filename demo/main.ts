import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { DemoCluster } from './cluster.ts';
import { Narrator } from './say.ts';
import { playDemo } from './story.ts';
import { startPaymentsAws } from './aws.ts';
import { startPaymentsBitwarden } from './bitwarden.ts';
import { startPaymentsVault } from './vault.ts';

/** `make demo`: the main job on this machine, with stand-ins for Vault, AWS, the API server and the kubelet. `--keep` stays up. */

const root = join(import.meta.dirname, '..');

const buildPrograms = (): void => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['scripts/build.mjs', 'agent', 'webhook', 'broker', 'bitwarden-sdk'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`the programs could not be built:\n${stderr}`);
};

const newSecret = (): string => randomBytes(12).toString('base64url');

/** One for each upstream. */
const secrets = (): readonly [string, string, string] => [newSecret(), newSecret(), newSecret()];

const stayUp = async (cluster: DemoCluster, tell: Narrator): Promise<void> => {
  const folder = cluster.podbox.volume('payments/payments-api', 'keyferry-secrets');
  tell.line(`\nStill running (Ctrl-C ends it). The pod's files are below ${folder}.`);
  await new Promise<void>((resolve) => {
    // Something has to keep the process alive; the stand-ins would not.
    const alive = setInterval(() => undefined, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
};

const main = async (): Promise<void> => {
  const tell = new Narrator((text) => process.stdout.write(text));
  buildPrograms();
  const [first, second] = [secrets(), secrets()];
  await using bitwarden = await startPaymentsBitwarden(first[2]);
  const { accessToken: token, servers } = bitwarden;
  await using cluster = await DemoCluster.start({ token, servers });
  tell.step(
    'A small API server runs, with Keyferry installed from deploy/base. The webhook made its own certificate, and the API server trusts it.',
  );
  tell.step(
    "The broker runs beside it. It keeps one file: the token of the payments team's machine account.",
  );
  await using vault = await startPaymentsVault(cluster.issuer, first[0]);
  await using aws = await startPaymentsAws(cluster.issuer, first[1]);
  const upstreams = [vault, aws, bitwarden];
  for (const { title, url, holds } of upstreams)
    tell.step(`A stand-in for ${title} runs at ${url}, with ${holds} in it.`);
  await playDemo({ cluster, upstreams, tell }, { first, second });
  if (process.argv.includes('--keep')) await stayUp(cluster, tell);
};

try {
  await main();
} catch (error) {
  process.stderr.write(`demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../../certs/self-signed.ts';
import { end, nodeCommand, pinned, run } from '../processes.ts';
import { writeCluster } from './cluster.ts';

/** The core of the servers; the generator has the other one. */
const serverCore = 0;

const startTimeoutSeconds = 60;

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The port of a server that announces itself in its log. The log is a file, so that nobody has to keep reading it. */
const portIn = async (log: string, pattern: RegExp, child: ChildProcess): Promise<number> => {
  for (const give = Date.now() + startTimeoutSeconds * 1000; Date.now() < give;) {
    const text = readFileSync(log, 'utf8');
    const port = pattern.exec(text)?.[1];
    if (port !== undefined) return Number(port);
    if (child.exitCode !== null) throw new Error(`a server of the bench ended at once:\n${text}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`a server of the bench did not listen within ${startTimeoutSeconds} s`);
};

const startServer = async (log: string, args: readonly string[], pattern: RegExp): Promise<RunningServer> => {
  const file = openSync(log, 'w');
  const child = run(pinned(serverCore, nodeCommand(args)), ['ignore', file, file]);
  closeSync(file);
  await once(child, 'spawn');
  return {
    port: await portIn(log, pattern, child),
    pid: child.pid ?? -1,
    stop: () => end(child),
  };
};

const writeCertificate = async (folder: string): Promise<readonly [string, string]> => {
  const certificate = await makeCertificate({
    dnsNames: ['keyferry-webhook.keyferry-system.svc'],
    podUid: 'bench',
    lifetimeMilliseconds: 86_400_000,
    now: Date.now(),
  });
  // A folder of its own: the webhook watches it, and its log is written to the other one all the time.
  const own = join(folder, 'certificate');
  mkdirSync(own);
  const files = [join(own, 'tls.crt'), join(own, 'tls.key')] as const;
  writeFileSync(files[0], certificate.certificatePem);
  writeFileSync(files[1], certificate.keyPem.reveal(), { mode: 0o600 });
  return files;
};

export interface Servers {
  /** The webhook's bundle, as its image runs it. */
  readonly webhook: RunningServer;
  readonly bare: RunningServer;
}

/** Starts the webhook with its caches full, and the bare handler with the same certificate. */
export const startServers = async (folder: string, webhookProgram: string): Promise<Servers> => {
  const [certificate, key] = await writeCertificate(folder);
  const handler = join(import.meta.dirname, 'bare-handler.main.ts');
  const flags = [
    ...['--port', '0', '--admin-port', '0', '--shutdown-delay', '0'],
    ...['--manifests', writeCluster(folder)],
    ...['--tls-certificate-file', certificate, '--tls-key-file', key],
  ];
  return {
    webhook: await startServer(
      join(folder, 'webhook.log'),
      ['--disable-sigusr1', webhookProgram, ...flags],
      /"address":"https:\/\/[^"]*:(\d+)","msg":"the admission server listens"/,
    ),
    bare: await startServer(join(folder, 'bare.log'), [handler, certificate, key], /^listening on :(\d+)$/m),
  };
};

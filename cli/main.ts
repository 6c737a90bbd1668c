import { homedir } from 'node:os';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { systemClock } from '../lib/clock.ts';
import { runCommand } from './run.ts';

/** Whoever reads the output may have seen enough (`keyferry explain … | head`). */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCommand(process.argv.slice(2), {
  readInput: () => text(process.stdin),
  out: (chunk) => process.stdout.write(chunk),
  error: (chunk) => process.stderr.write(chunk),
  clock: systemClock,
  kubeconfigVariable: process.env['KUBECONFIG'],
  homeFolder: homedir(),
});

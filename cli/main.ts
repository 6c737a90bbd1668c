import process from 'node:process';
import { text } from 'node:stream/consumers';
import { runCommand } from './run.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  readInput: () => text(process.stdin),
  out: (chunk) => process.stdout.write(chunk),
  error: (chunk) => process.stderr.write(chunk),
});

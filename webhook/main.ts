import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { runProgram } from '../lib/program.ts';
import { parseFlags } from './flags.ts';
import { runWebhook } from './run.ts';

const {
  POD_NAMESPACE: namespace = 'keyferry-system',
  POD_UID: podUid = randomUUID(),
  POD_NAME: podName = podUid,
} = process.env;

const exitCode = await runProgram(process, {
  name: 'keyferry-webhook',
  parseFlags,
  run: (options) => runWebhook({ ...options, replica: { namespace, podUid, podName } }),
});
process.exit(exitCode);

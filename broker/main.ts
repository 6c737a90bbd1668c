import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { brokerService } from '../lib/broker/names.ts';
import { runProgram } from '../lib/program.ts';
import { parseFlags } from './flags.ts';
import { runBroker } from './run.ts';

const {
  POD_NAMESPACE: namespace = 'keyferry-system',
  POD_UID: podUid = randomUUID(),
  POD_SERVICE_ACCOUNT: serviceAccount = brokerService,
} = process.env;

const exitCode = await runProgram(process, {
  name: 'keyferry-broker',
  parseFlags,
  run: (options) => runBroker({ ...options, replica: { namespace, podUid, serviceAccount } }),
});
process.exit(exitCode);

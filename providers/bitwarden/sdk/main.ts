import process from 'node:process';
import { refuseCoreDumps } from '../../../lib/hardening.ts';
import { Commands, SdkError } from './commands.ts';
import type { SdkAnswer, SdkRequest } from './messages.ts';

/**
 * The process that has Bitwarden's SDK. It is started with an empty environment and no output; all it hears and says goes through the pipe
 * to the broker, and it ends with it (docs/adr/0011-bitwarden-sdk.md).
 */
refuseCoreDumps();

const commands = new Commands();

const answer = async ({ id, command }: SdkRequest): Promise<SdkAnswer> => {
  try {
    return { id, reply: await commands.run(command) };
  } catch (thrown) {
    return { id, failure: thrown instanceof SdkError ? thrown.failure : 'failed' };
  }
};

process.on('message', (request: SdkRequest) => {
  void answer(request).then((said) => process.send?.(said));
});
process.on('disconnect', () => process.exit());

import { runCommand } from '../../../cli/run.ts';
import { systemClock, type Clock } from '../../../lib/clock.ts';

/** The machine's clock, but for the time of day, which stands still: what `now` gives in templates. */
const clock: Clock = {
  now: () => Date.parse('2026-01-02T03:04:05.678Z'),
  monotonic: () => systemClock.monotonic(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds, signal),
};

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `keyferry` in this process, without a kubeconfig. */
export const runCli = async (argv: readonly string[]): Promise<Ran> => {
  const said = { out: '', error: '' };
  const status = await runCommand(argv, {
    readInput: () => Promise.resolve(''),
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
    clock,
    kubeconfigVariable: undefined,
    homeFolder: '/nonexistent',
  });
  return { status, ...said };
};

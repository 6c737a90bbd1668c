import type { Child, ChildRequest } from './child.ts';

/** How a postStart hook ended, with what it wrote. */
export interface HookResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command inside a running container, as `exec` does: it has what the container's process has, and ends with it.
 * Throws where the command cannot be started.
 */
export const runHook = async (
  start: (onOutput: ChildRequest['onOutput']) => Promise<Child>,
  container: Child,
): Promise<HookResult> => {
  const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const hook = await start((chunk, stream) => output[stream].push(chunk));
  void container.exited.then(() => {
    hook.kill();
  });
  const exitCode = await hook.exited;
  return {
    exitCode,
    stdout: Buffer.concat(output.stdout).toString(),
    stderr: Buffer.concat(output.stderr).toString(),
  };
};

/** What the kubelet makes of a failed hook; it is the message of the container's waiting state. */
export const hookFailure = (
  command: readonly string[],
  where: { readonly container: string; readonly pod: string },
  { exitCode, stdout, stderr }: HookResult,
): string => {
  const error = `command '${command.join(' ')}' exited with ${exitCode}: ${stderr}`;
  const message = JSON.stringify(stdout + stderr);
  return (
    `Exec lifecycle hook ([${command.join(' ')}]) for Container ${JSON.stringify(where.container)} in Pod ` +
    `${JSON.stringify(where.pod)} failed - error: ${error}, message: ${message}`
  );
};

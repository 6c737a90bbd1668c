/** What podbox knows of one container of a pod, as the decisions and the status need it. */

export type Role = 'init' | 'sidecar' | 'app';
export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export const restartPolicyOf = (text: string | undefined): RestartPolicy =>
  text === 'OnFailure' || text === 'Never' ? text : 'Always';

export interface Ended {
  readonly kind: 'ended';
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

export type RunState =
  | { readonly kind: 'none' }
  /** `ready` as soon as its postStart hook has succeeded. */
  | { readonly kind: 'running'; readonly startedAt: number; readonly ready: boolean }
  | Ended;

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly role: Role;
  readonly run: RunState;
  /** The end of the run before this one. */
  readonly last?: Ended | undefined;
  readonly restartCount: number;
  /** Why it is not started (again) now, where it is to be. */
  readonly waiting?: { readonly reason: string; readonly message: string } | undefined;
}

/** Whether a container that ended is to be started again: sidecars always, init containers after a failure only. */
export const restarts = (role: Role, policy: RestartPolicy, exitCode: number): boolean => {
  if (role === 'sidecar') return true;
  if (policy === 'Never') return false;
  return exitCode !== 0 || (role === 'app' && policy === 'Always');
};

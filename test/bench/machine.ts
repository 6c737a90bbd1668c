import { arch, cpus, loadavg, platform, release } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly system: string;
  /** Average of the last minute: what else the machine was doing. */
  readonly load: number;
}

export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  system: `${platform()} ${release()} ${arch()}`,
  load: Number(loadavg()[0]?.toFixed(2)),
});

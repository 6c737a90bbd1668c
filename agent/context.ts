import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { PlanSource, PlanStore } from '../lib/plan.ts';
import { Redacted } from '../lib/redacted.ts';
import type { PodIdentity, ProviderContext, SecretDocument } from '../providers/provider.ts';
import type { PodIdentitySettings } from './core/settings.ts';
import type { Handover } from './handover.ts';
import type { MetricsRecorder } from './metrics/recorder.ts';
import type { AgentPaths } from './paths.ts';

export interface ContextOptions {
  readonly paths: AgentPaths;
  readonly clock: Clock;
  readonly log: Logger;
  readonly handover: Handover;
  readonly metrics: MetricsRecorder;
  readonly podIdentity?: PodIdentitySettings;
  readonly held: (source: PlanSource) => SecretDocument | undefined;
  readonly onNews: (sources: readonly PlanSource[]) => void;
}

/** A projected token, read each time: the kubelet replaces it on disk at 80 % of its life. */
const readToken = async (folder: string, name: string): Promise<Redacted<string>> => {
  if (name.includes('/') || name.startsWith('.'))
    throw new TypeError('a token is named by one plain file name');
  return new Redacted((await readFile(join(folder, name), 'utf8')).trim());
};

const podIdentityOf = ({ podIdentity, paths }: ContextOptions): { podIdentity?: PodIdentity } => {
  if (podIdentity === undefined) return {};
  const tokenFile = paths.resolve(podIdentity.tokenFile);
  return {
    podIdentity: {
      uri: podIdentity.uri,
      readToken: async () => new Redacted((await readFile(tokenFile, 'utf8')).trim()),
    },
  };
};

/** What a store's provider may reach. */
export const providerContext = (options: ContextOptions, store: PlanStore): ProviderContext => ({
  clock: options.clock,
  log: options.log,
  session: options.handover.session(store),
  readToken: (name) => readToken(options.paths.tokens, name),
  resolvePath: options.paths.resolve,
  ...podIdentityOf(options),
  held: options.held,
  onNews: options.onNews,
  record: (request) => {
    options.metrics.request(request);
  },
});

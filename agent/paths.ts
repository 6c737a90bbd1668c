import { posix } from 'node:path';
import { trustFile } from '../lib/broker/names.ts';
import {
  configMapsFolder,
  forceSyncFile,
  identityMountPath,
  secretsMountPath,
  stateMountPath,
  tokensFolder,
} from '../lib/names.ts';

/** Where the agent finds and leaves things. */
export interface AgentPaths {
  /** Turns an absolute path of the plan into one that can be opened here. */
  readonly resolve: (path: string) => string;
  readonly secrets: string;
  readonly state: string;
  readonly identity: string;
  readonly tokens: string;
  /** Below it `<name>/<key>` of the ConfigMaps that templates are read from. */
  readonly configMaps: string;
  readonly forceSync: string;
  /** The certificates of the broker, as the kubelet projects them. */
  readonly brokerTrust: string;
  readonly terminationMessage: string;
}

/** The agent's paths below a root, which is `/` in a container. */
export const agentPaths = (root: string): AgentPaths => {
  // Normalised before it is joined: `..` at the front of an absolute path leads nowhere else than to the root.
  const resolve = (path: string): string => posix.join(root, posix.normalize(`/${path}`));
  return {
    resolve,
    secrets: resolve(secretsMountPath),
    state: resolve(`${stateMountPath}/state.json`),
    identity: resolve(identityMountPath),
    tokens: resolve(`${identityMountPath}/${tokensFolder}`),
    configMaps: resolve(`${identityMountPath}/${configMapsFolder}`),
    forceSync: resolve(`${identityMountPath}/${forceSyncFile}`),
    brokerTrust: resolve(`${identityMountPath}/${trustFile}`),
    terminationMessage: resolve('/dev/termination-log'),
  };
};

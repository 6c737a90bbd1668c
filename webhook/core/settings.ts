import type { BrokerInstall } from '../../lib/broker/install.ts';

/** What the installer decides, the same for every pod. */
export interface Settings {
  readonly agentImage: string;
  readonly agentImagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly agentPort: number;
  readonly agentResources: AgentResources;
  /** Whether a store's server may be http. */
  readonly allowHttp: boolean;
  /** Globs of the servers that a SecretStore may name; undefined: any. */
  readonly allowedServers?: readonly string[];
  /** Folder that file stores must lie in; undefined: the file provider is off. */
  readonly fileRoot?: string;
  /** Whether stores and ExternalSecrets of External Secrets Operator are read too. */
  readonly externalSecretsOperatorRead: boolean;
  /** Undefined: this install has no broker. */
  readonly broker?: BrokerSettings;
}

/** Where the broker is, and what it may use. */
export interface BrokerSettings {
  /** Base URL without a trailing slash. */
  readonly server: string;
  /** Where it runs, and keeps its certificates. */
  readonly namespace: string;
  /** Another object when its file has changed: it may do so between two decisions, never within one. */
  readonly install: BrokerInstall;
}

/** Quantities; undefined: what the agent's needs come to. */
export interface AgentResources {
  readonly requestsCpu: string;
  readonly requestsMemory: string;
  readonly limitsCpu?: string;
  readonly limitsMemory?: string;
}

export const defaultSettings: Settings = {
  agentImage: 'keyferry-agent:0.1.0',
  agentImagePullPolicy: 'IfNotPresent',
  agentPort: 8480,
  agentResources: { requestsCpu: '25m', requestsMemory: '64Mi' },
  allowHttp: false,
  externalSecretsOperatorRead: false,
};

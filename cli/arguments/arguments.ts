import type { Settings } from '../../webhook/core/settings.ts';
import type { Price } from '../core/price.ts';
import type { Assumptions } from '../core/rounds.ts';
import type { Target } from '../core/target.ts';
import type { Command } from '../options.ts';

/** What every command is given that reads manifests. */
export interface ReadingArguments {
  /** Pods and workloads; `-` is standard input. */
  readonly files: readonly string[];
  /** Stores, Namespaces and ServiceAccounts. */
  readonly manifests: readonly string[];
  /** Where documents that name no namespace belong. */
  readonly namespace: string;
  readonly output: 'text' | 'json';
  readonly settings: Settings;
  /** Undefined: there is no broker. */
  readonly broker: BrokerArguments | undefined;
}

/** What `inject`, `check` and `explain` are given. */
export interface ManifestArguments extends ReadingArguments {
  readonly command: Exclude<Command, 'refresh' | 'render'>;
  readonly counting: CountingArguments;
}

/** Where the broker is, and the file that says what it may use. */
export interface BrokerArguments {
  readonly configFile: string;
  /** Base URL without a trailing slash. */
  readonly server: string;
}

/** What `explain` counts with. */
export interface CountingArguments {
  readonly prices: readonly Price[];
  /** Pods of every workload; undefined: as the workload says. */
  readonly replicas: number | undefined;
  readonly assumptions: Assumptions;
}

/** What `render` is given. */
export interface RenderArguments extends ReadingArguments {
  readonly command: 'render';
  /** Folder that the files are written to. */
  readonly out: string;
  /** Undefined: whom the stores name. */
  readonly serviceAccount: string | undefined;
  /** Files with tokens, by audience; empty audience: for the API server's own. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface RefreshArguments {
  readonly command: 'refresh';
  readonly target: Target;
  /** Undefined: the kubeconfig's. */
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly dryRun: boolean;
  readonly output: 'text' | 'json';
}

export type Arguments = ManifestArguments | RenderArguments | RefreshArguments;

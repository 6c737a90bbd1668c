import { defaultBrokerServer } from '../lib/broker/names.ts';

export const commands = ['inject', 'check', 'explain', 'render', 'refresh'] as const;
export type Command = (typeof commands)[number];

const onWorkloads: readonly Command[] = ['inject', 'check', 'explain'];
const onManifests: readonly Command[] = [...onWorkloads, 'render'];
const onCluster: readonly Command[] = ['render', 'refresh'];

export const isCommand = (name: string | undefined): name is Command =>
  name !== undefined && (commands as readonly string[]).includes(name);

export const commandLines: Readonly<Record<Command, { readonly words: string; readonly about: string }>> = {
  inject: {
    words: 'inject -f FILE [-m FILE]',
    about: 'print pods and workloads as the webhook would make them',
  },
  check: { words: 'check -f FILE [-m FILE]', about: 'print every problem; exit 1 where there is one' },
  explain: {
    words: 'explain -f FILE [-m FILE]',
    about: 'say which files appear where, from which store, as whom, and what calls that makes',
  },
  render: {
    words: 'render -f FILE [-m FILE] -o FOLDER',
    about: 'fetch what ExternalSecrets name, and write the files that pods would have',
  },
  refresh: {
    words: 'refresh KIND NAME... [-n NAMESPACE]',
    about: 'have running pods read their secrets anew, with your own rights',
  },
};

export interface Option {
  readonly short?: string;
  /** What its value is called in the usage; without one the option is a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  /** Who takes it. */
  readonly commands: readonly Command[];
  readonly about: string;
}

/** Every option, in the order in which the usage lists them. */
const optionTable = {
  filename: {
    short: 'f',
    value: 'FILE',
    repeatable: true,
    commands: onManifests,
    about: 'pods, workloads, stores and ExternalSecrets: a file, a folder or - (may be repeated)',
  },
  manifests: {
    short: 'm',
    value: 'FILE',
    repeatable: true,
    commands: onManifests,
    about: 'stores, ExternalSecrets, Namespaces and ServiceAccounts that these need, likewise',
  },
  out: {
    short: 'o',
    value: 'FOLDER',
    commands: ['render'],
    about: 'where the files are written, as <target>/<key>',
  },
  'service-account': {
    value: 'NAME',
    commands: ['render'],
    about: 'who logs in (default: whom the stores name, else default)',
  },
  token: {
    value: 'AUDIENCE=FILE',
    repeatable: true,
    commands: ['render'],
    about: "a token of that ServiceAccount (may be repeated; default: asked of the kubeconfig's cluster)",
  },
  namespace: {
    short: 'n',
    value: 'NAME',
    commands,
    about: "of documents that name none (default: default); refresh: of the pods (default: the context's)",
  },
  output: { value: 'text|json', commands, about: 'json where a machine reads it (default: text)' },
  'agent-image': { value: 'IMAGE', commands: onWorkloads, about: 'image of the injected containers' },
  'allow-http': { commands: onManifests, about: 'let stores name http servers' },
  'allowed-servers': {
    value: 'GLOB',
    repeatable: true,
    commands: onManifests,
    about: 'of servers that SecretStores may name (may be repeated)',
  },
  'broker-config': {
    value: 'FILE',
    commands: onManifests,
    about: 'what the broker may use, as its install has it (default: there is no broker)',
  },
  'broker-server': {
    value: 'URL',
    commands: onWorkloads,
    about: `where pods find the broker (default: ${defaultBrokerServer})`,
  },
  price: {
    value: 'PRICE',
    repeatable: true,
    commands: ['explain'],
    about: "of a provider's calls, such as 'aws=$0.05/10000' (may be repeated)",
  },
  replicas: {
    value: 'NUMBER',
    commands: ['explain'],
    about: 'count as if every workload had so many pods',
  },
  'vault-token-ttl': {
    value: 'DURATION',
    commands: ['explain'],
    about: 'assumed life of a Vault login (default: 1h)',
  },
  'vault-lease-ttl': {
    value: 'DURATION',
    commands: ['explain'],
    about: 'assumed life of credentials that Vault makes (default: 1h)',
  },
  selector: {
    short: 'l',
    value: 'LABELS',
    commands: ['refresh'],
    about: 'pods by their labels instead of names, as kubectl has it',
  },
  kubeconfig: {
    value: 'FILE',
    commands: onCluster,
    about: 'instead of those that KUBECONFIG names, or ~/.kube/config',
  },
  context: { value: 'NAME', commands: onCluster, about: 'of the kubeconfig, instead of the current one' },
  'dry-run': { commands: ['refresh'], about: 'say which pods would be refreshed, and change nothing' },
  help: { short: 'h', commands, about: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof optionTable;

export const optionNames = Object.keys(optionTable) as readonly OptionName[];

/** The same table without the literal types. */
export const optionOf = (name: OptionName): Option => optionTable[name];

/** How a message names an option: `-n`, or `--output` where it has no short name. */
export const shown = (name: OptionName): string => {
  const { short } = optionOf(name);
  return short === undefined ? `--${name}` : `-${short}`;
};

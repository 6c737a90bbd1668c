import { defaultBrokerServer } from '../lib/broker/names.ts';
import { readBrokerServer } from '../lib/broker/server-url.ts';
import { parseDuration } from '../lib/duration.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { didYouMean, isSubdomain, quoted, sentenceList } from '../lib/text.ts';
import { defaultSettings, type Settings } from '../webhook/core/settings.ts';
import { defaultAssumptions, type Assumptions } from './core/rounds.ts';
import { parsePrices, type Price } from './core/price.ts';
import { parseTarget, type Target } from './core/target.ts';
import { commands, isCommand, optionOf, shown, type Command, type OptionName } from './options.ts';
import { parseWords, type Words } from './words.ts';

/** What `inject`, `check` and `explain` are given. */
export interface ManifestArguments {
  readonly command: Exclude<Command, 'refresh' | 'render'>;
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
export interface RenderArguments {
  readonly command: 'render';
  readonly files: readonly string[];
  readonly manifests: readonly string[];
  readonly namespace: string;
  readonly output: 'text' | 'json';
  readonly settings: Settings;
  /** Undefined: there is no broker. */
  readonly broker: BrokerArguments | undefined;
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

export type Parsed = { readonly kind: 'help' } | { readonly kind: 'run'; readonly arguments: Arguments };

const one = ({ values }: Words, name: OptionName): string | undefined => values.get(name)?.[0];
const many = ({ values }: Words, name: OptionName): readonly string[] => values.get(name) ?? [];

const commandProblems = ([command, ...rest]: readonly string[]): string[] => {
  const extra = rest.map((word) => `${quoted(word)} is one word too many; files come behind -f and -m`);
  if (command === undefined) return [`which command? ${sentenceList(commands, 'or')}`];
  if (command === 'refresh') return [];
  return isCommand(command)
    ? extra
    : [`${quoted(command)} is not a command${didYouMean(command, commands)}`, ...extra];
};

const strangerProblems = (words: Words): string[] => {
  const [command] = words.positionals;
  if (!isCommand(command)) return [];
  return [...words.values.keys()]
    .filter((name) => !optionOf(name).commands.includes(command))
    .map(
      (name) => `${shown(name)} is an option of ${sentenceList(optionOf(name).commands)}, not of ${command}`,
    );
};

const fileProblems = (words: Words): string[] => {
  const [files, manifests] = [many(words, 'filename'), many(words, 'manifests')];
  return [
    ...(files.length === 0 ? ['-f is missing: which manifests?'] : []),
    ...([...files, ...manifests].filter((file) => file === '-').length > 1
      ? ['standard input (-) can be read once only']
      : []),
  ];
};

const commonProblems = (words: Words): string[] => {
  const [namespace, output] = [one(words, 'namespace'), one(words, 'output')];
  return [
    ...(namespace === undefined || isSubdomain(namespace)
      ? []
      : [`--namespace is ${quoted(namespace)}, which cannot be the name of a namespace`]),
    ...(output === undefined || output === 'text' || output === 'json'
      ? []
      : [`--output is ${quoted(output)}; it takes text or json`]),
  ];
};

/** Whole seconds, at least one; the default where the option is not there. */
const secondsOf = (words: Words, name: OptionName, otherwise: number): Result<number, string> => {
  const text = one(words, name);
  if (text === undefined) return ok(otherwise);
  const milliseconds = parseDuration(text);
  return milliseconds !== undefined && milliseconds >= 1000
    ? ok(Math.floor(milliseconds / 1000))
    : err(`--${name} is ${quoted(text)}; it takes a duration of at least 1s, such as 20m or 1h30m`);
};

const replicasOf = (words: Words): Result<number | undefined, string> => {
  const text = one(words, 'replicas');
  if (text === undefined) return ok(undefined);
  return /^\d{1,7}$/u.test(text)
    ? ok(Number(text))
    : err(`--replicas is ${quoted(text)}; it takes a whole number, such as 500`);
};

const countingOf = (words: Words): Result<CountingArguments, readonly string[]> => {
  const prices = parsePrices(many(words, 'price'));
  const replicas = replicasOf(words);
  const token = secondsOf(words, 'vault-token-ttl', defaultAssumptions.vaultTokenSeconds);
  const lease = secondsOf(words, 'vault-lease-ttl', defaultAssumptions.vaultLeaseSeconds);
  if (prices.ok && replicas.ok && token.ok && lease.ok) {
    const assumptions = { vaultTokenSeconds: token.value, vaultLeaseSeconds: lease.value };
    return ok({ prices: prices.value, replicas: replicas.value, assumptions });
  }
  return err([
    ...(prices.ok ? [] : prices.error.map((problem) => `--price ${problem}`)),
    ...[replicas, token, lease].flatMap((part) => (part.ok ? [] : [part.error])),
  ]);
};

/** The same settings as a fresh install, but for the file provider: on one's own machine every file is one's own. */
const settingsOf = (words: Words): Settings => {
  const image = one(words, 'agent-image');
  return {
    ...defaultSettings,
    fileRoot: '/',
    allowHttp: words.values.has('allow-http'),
    // Manifests that are given are meant, of whichever API they are.
    externalSecretsOperatorRead: true,
    ...(image === undefined ? {} : { agentImage: image }),
    ...(words.values.has('allowed-servers') ? { allowedServers: many(words, 'allowed-servers') } : {}),
  };
};

const brokerOf = (words: Words): Result<BrokerArguments | undefined, string> => {
  const [configFile, server] = [one(words, 'broker-config'), one(words, 'broker-server')];
  if (configFile === undefined)
    return server === undefined ? ok(undefined) : err('--broker-server goes with --broker-config');
  const read = readBrokerServer(server ?? defaultBrokerServer);
  return read.ok ? ok({ configFile, server: read.value }) : err(`--broker-server ${read.error}`);
};

const outputOf = (words: Words): 'text' | 'json' => (one(words, 'output') === 'json' ? 'json' : 'text');

type Problems = readonly string[];

const manifestArguments = (
  words: Words,
  command: ManifestArguments['command'] | undefined,
): Result<Arguments, Problems> => {
  const [counting, broker] = [countingOf(words), brokerOf(words)];
  const problems = [
    ...commandProblems(words.positionals),
    ...strangerProblems(words),
    ...fileProblems(words),
    ...commonProblems(words),
    ...(counting.ok ? [] : counting.error),
    ...(broker.ok ? [] : [broker.error]),
  ];
  if (problems.length > 0 || command === undefined || !counting.ok || !broker.ok) return err(problems);
  return ok({
    command,
    files: many(words, 'filename'),
    manifests: many(words, 'manifests'),
    namespace: one(words, 'namespace') ?? 'default',
    output: outputOf(words),
    settings: settingsOf(words),
    broker: broker.value,
    counting: counting.value,
  });
};

const tokensOf = (words: Words): Result<ReadonlyMap<string, string>, Problems> => {
  const pairs = many(words, 'token').map((text) => {
    const mark = text.lastIndexOf('=');
    return {
      text,
      audience: text.slice(0, Math.max(0, mark)),
      file: text.slice(mark + 1),
      isPair: mark >= 0,
    };
  });
  const problems = pairs
    .filter(({ isPair, file }) => !isPair || file === '')
    .map(({ text }) => `--token is ${quoted(text)}; it takes AUDIENCE=FILE, such as vault=/tmp/token`);
  return problems.length > 0
    ? err(problems)
    : ok(new Map(pairs.map(({ audience, file }) => [audience, file])));
};

const serviceAccountProblems = (name: string | undefined): Problems =>
  name === undefined || isSubdomain(name)
    ? []
    : [`--service-account is ${quoted(name)}, which cannot be the name of a ServiceAccount`];

const renderArguments = (words: Words): Result<Arguments, Problems> => {
  const [out, tokens, broker] = [one(words, 'out'), tokensOf(words), brokerOf(words)];
  const problems = [
    ...commandProblems(words.positionals),
    ...strangerProblems(words),
    ...fileProblems(words),
    ...(out === undefined ? ['-o is missing: where to?'] : []),
    ...serviceAccountProblems(one(words, 'service-account')),
    ...(tokens.ok ? [] : tokens.error),
    ...(broker.ok ? [] : [broker.error]),
    ...commonProblems(words),
  ];
  if (problems.length > 0 || out === undefined || !tokens.ok || !broker.ok) return err(problems);
  return ok({
    command: 'render',
    files: many(words, 'filename'),
    manifests: many(words, 'manifests'),
    namespace: one(words, 'namespace') ?? 'default',
    output: outputOf(words),
    settings: settingsOf(words),
    broker: broker.value,
    out,
    serviceAccount: one(words, 'service-account'),
    tokens: tokens.value,
    kubeconfig: one(words, 'kubeconfig'),
    context: one(words, 'context'),
  });
};

const refreshArguments = (words: Words): Result<Arguments, Problems> => {
  const target = parseTarget(words.positionals.slice(1), one(words, 'selector'));
  const problems = [...strangerProblems(words), ...(target.ok ? [] : target.error), ...commonProblems(words)];
  if (problems.length > 0 || !target.ok) return err(problems);
  return ok({
    command: 'refresh',
    target: target.value,
    namespace: one(words, 'namespace'),
    kubeconfig: one(words, 'kubeconfig'),
    context: one(words, 'context'),
    dryRun: words.values.has('dry-run'),
    output: outputOf(words),
  });
};

const argumentsOf = (words: Words, command: Command | undefined): Result<Arguments, Problems> => {
  if (command === 'refresh') return refreshArguments(words);
  return command === 'render' ? renderArguments(words) : manifestArguments(words, command);
};

/** Reads the command line; every problem at once, as far as it could be read at all. */
export const parseArguments = (argv: readonly string[]): Result<Parsed, Problems> => {
  const words = parseWords(argv);
  if (!words.ok) return words;
  const [word] = words.value.positionals;
  if (words.value.values.has('help') || word === 'help') return ok({ kind: 'help' });
  const command = isCommand(word) ? word : undefined;
  const parsed = argumentsOf(words.value, command);
  return parsed.ok ? ok({ kind: 'run', arguments: parsed.value }) : parsed;
};

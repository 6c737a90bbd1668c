import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../lib/result.ts';
import { didYouMean, isSubdomain, quoted } from '../lib/text.ts';
import { defaultSettings, type Settings } from '../webhook/core/settings.ts';

export type Command = 'inject' | 'check';

export interface Arguments {
  readonly command: Command;
  /** Pods and workloads; `-` is standard input. */
  readonly files: readonly string[];
  /** Stores, Namespaces and ServiceAccounts. */
  readonly manifests: readonly string[];
  /** Where documents that name no namespace belong. */
  readonly namespace: string;
  readonly output: 'text' | 'json';
  readonly settings: Settings;
}

export type Parsed = { readonly kind: 'help' } | { readonly kind: 'run'; readonly arguments: Arguments };

export const usage = `Usage: keyferry <command> -f FILE [-m FILE] [options]

Commands
  inject    print pods and workloads as the webhook would make them
  check     print every problem; exit 1 where there is one

Options
  -f, --filename FILE      pods and workloads: a file, a folder or - (may be repeated)
  -m, --manifests FILE     stores, Namespaces and ServiceAccounts, likewise
  -n, --namespace NAME     namespace of documents that name none (default: default)
      --output text|json   json where a machine reads it (default: text)
      --agent-image IMAGE  image of the injected containers
      --allow-http         let stores name http servers
      --allowed-servers G  glob of servers that SecretStores may name (may be repeated)
  -h, --help               this text

Exit status: 0 all well, 1 problems found, 2 the command line or a file could not be read.
`;

const options = {
  filename: { type: 'string', short: 'f', multiple: true },
  manifests: { type: 'string', short: 'm', multiple: true },
  namespace: { type: 'string', short: 'n' },
  output: { type: 'string' },
  'agent-image': { type: 'string' },
  'allow-http': { type: 'boolean' },
  'allowed-servers': { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Values {
  readonly filename?: string[];
  readonly manifests?: string[];
  readonly namespace?: string;
  readonly output?: string;
  readonly 'agent-image'?: string;
  readonly 'allow-http'?: boolean;
  readonly 'allowed-servers'?: string[];
  readonly help?: boolean;
}

const commands: readonly string[] = ['inject', 'check'] satisfies readonly Command[];

const isCommand = (name: string | undefined): name is Command =>
  name !== undefined && commands.includes(name);

const commandProblems = ([command, ...rest]: readonly string[]): string[] => {
  const extra = rest.map((word) => `${quoted(word)} is one word too many; files come behind -f and -m`);
  if (command === undefined) return ['which command? inject or check'];
  return isCommand(command)
    ? extra
    : [`${quoted(command)} is not a command${didYouMean(command, commands)}`, ...extra];
};

const valueProblems = ({ filename = [], manifests = [], namespace, output }: Values): string[] => [
  ...(filename.length === 0 ? ['-f is missing: which pods or workloads?'] : []),
  ...([...filename, ...manifests].filter((file) => file === '-').length > 1
    ? ['standard input (-) can be read once only']
    : []),
  ...(namespace === undefined || isSubdomain(namespace)
    ? []
    : [`--namespace is ${quoted(namespace)}, which cannot be the name of a namespace`]),
  ...(output === undefined || output === 'text' || output === 'json'
    ? []
    : [`--output is ${quoted(output)}; it takes text or json`]),
];

/** The same settings as a fresh install, but for the file provider: on one's own machine every file is one's own. */
const settingsOf = (values: Values): Settings => ({
  ...defaultSettings,
  fileRoot: '/',
  allowHttp: values['allow-http'] === true,
  ...(values['agent-image'] === undefined ? {} : { agentImage: values['agent-image'] }),
  ...(values['allowed-servers'] === undefined ? {} : { allowedServers: values['allowed-servers'] }),
});

interface Words {
  readonly values: Values;
  readonly positionals: readonly string[];
}

const parseWords = (argv: readonly string[]): Result<Words, string> => {
  try {
    return ok(parseArgs({ args: [...argv], options, allowPositionals: true }));
  } catch (error) {
    return err((error as Error).message);
  }
};

const argumentsOf = (command: Command, values: Values): Arguments => {
  const { filename: files = [], manifests = [], namespace = 'default', output } = values;
  return {
    command,
    files,
    manifests,
    namespace,
    output: output === 'json' ? 'json' : 'text',
    settings: settingsOf(values),
  };
};

/** Reads the command line; every problem at once, as far as it could be read at all. */
export const parseArguments = (argv: readonly string[]): Result<Parsed, readonly string[]> => {
  const words = parseWords(argv);
  if (!words.ok) return err([words.error]);
  const { values, positionals } = words.value;
  const [command] = positionals;
  if (values.help === true || command === 'help') return ok({ kind: 'help' });
  const problems = [...commandProblems(positionals), ...valueProblems(values)];
  return problems.length === 0 && isCommand(command)
    ? ok({ kind: 'run', arguments: argumentsOf(command, values) })
    : err(problems);
};

import { commandLines, commands, optionNames, optionOf, type OptionName } from './options.ts';

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('');
};

const flag = (name: OptionName): string => {
  const { short, value } = optionOf(name);
  const before = short === undefined ? '    ' : `-${short}, `;
  return `${before}--${name}${value === undefined ? '' : ` ${value}`}`;
};

const takenBy = (name: OptionName): string => {
  const taking = optionOf(name).commands;
  return taking.length === 1 ? `${taking.join('')}: ` : '';
};

export const usage = `Usage: keyferry <command> [options]

Commands
${columns(commands.map((name) => [commandLines[name].words, commandLines[name].about]))}
Options
${columns(optionNames.map((name) => [flag(name), takenBy(name) + optionOf(name).about]))}
KIND is pod, deployment, statefulset, daemonset, replicaset, job or externalsecret. A price is
PROVIDER=AMOUNT/CALLS, where the amount may name a currency: the provider's price list has it.

Exit status: 0 all well, 1 problems found, 2 the command line, a file or the kubeconfig could not be read.
`;

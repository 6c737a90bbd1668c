import { describe, expect, test } from '@jest/globals';
import { parseArguments } from '../../../cli/arguments.ts';

const parsed = (...argv: string[]): unknown => {
  const result = parseArguments(argv);
  return result.ok ? result.value : result.error;
};

describe('the command line', () => {
  test('has defaults', () => {
    expect(parsed('check', '-f', 'pod.yaml')).toMatchObject({
      kind: 'run',
      arguments: {
        command: 'check',
        files: ['pod.yaml'],
        manifests: [],
        namespace: 'default',
        output: 'text',
      },
    });
  });

  test('takes everything that it says', () => {
    const line =
      'inject -f a --filename=b -m c --manifests d -n team --output json --agent-image i --allow-http --allowed-servers x --allowed-servers y';
    expect(parsed(...line.split(' '))).toMatchObject({
      arguments: {
        command: 'inject',
        files: ['a', 'b'],
        manifests: ['c', 'd'],
        namespace: 'team',
        output: 'json',
        settings: { agentImage: 'i', allowHttp: true, allowedServers: ['x', 'y'], fileRoot: '/' },
      },
    });
  });

  test.each([[['help']], [['--help']], [['-h']], [['inject', '-h']], [['--help', 'whatever']]])(
    '%j asks for help',
    (argv) => {
      expect(parsed(...argv)).toEqual({ kind: 'help' });
    },
  );

  test.each([
    [[], ['which command? inject or check', '-f is missing: which pods or workloads?']],
    [['injct', '-f', 'a'], ['"injct" is not a command; did you mean inject?']],
    [
      ['check', 'pod.yaml'],
      [
        '"pod.yaml" is one word too many; files come behind -f and -m',
        '-f is missing: which pods or workloads?',
      ],
    ],
    [['check', '-f', '-', '-m', '-'], ['standard input (-) can be read once only']],
    [['check', '-f', 'a', '-n', 'Team'], ['--namespace is "Team", which cannot be the name of a namespace']],
    [['check', '-f', 'a', '--output', 'yaml'], ['--output is "yaml"; it takes text or json']],
    [
      ['chek', '-n', '', '--output', ''],
      [
        '"chek" is not a command; did you mean check?',
        '-f is missing: which pods or workloads?',
        '--namespace is "", which cannot be the name of a namespace',
        '--output is ""; it takes text or json',
      ],
    ],
  ])('%j: all problems', (argv, problems) => {
    expect(parsed(...argv)).toEqual(problems);
  });

  test.each([
    [['check', '--fil', 'a']],
    [['check', '-x']],
    [['check', '-f']],
    [['check', '--allow-http=yes', '-f', 'a']],
  ])('%j cannot be read', (argv) => {
    const problems = parsed(...argv) as string[];
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/--?(fil|x|f|allow-http)/);
  });
});

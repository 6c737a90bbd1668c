import { describe, expect, test } from '@jest/globals';
import { parseArguments } from '../../../cli/arguments/parse.ts';

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
    [[], ['which command? inject, check, explain, render or refresh', '-f is missing: which manifests?']],
    [['injct', '-f', 'a'], ['"injct" is not a command; did you mean inject?']],
    [
      ['check', 'pod.yaml'],
      ['"pod.yaml" is one word too many; files come behind -f and -m', '-f is missing: which manifests?'],
    ],
    [['check', '-f', '-', '-m', '-'], ['standard input (-) can be read once only']],
    [['check', '-f', 'a', '-n', 'Team'], ['--namespace is "Team", which cannot be the name of a namespace']],
    [['check', '-f', 'a', '--output', 'yaml'], ['--output is "yaml"; it takes text or json']],
    [
      ['chek', '-n', '', '--output', ''],
      [
        '"chek" is not a command; did you mean check?',
        '-f is missing: which manifests?',
        '--namespace is "", which cannot be the name of a namespace',
        '--output is ""; it takes text or json',
      ],
    ],
  ])('%j: all problems', (argv, problems) => {
    expect(parsed(...argv)).toEqual(problems);
  });

  const needs = (option: string, value: string): string => `${option} needs a value: ${option} ${value}`;
  const swallowed = (option: string, next: string, long: string): string =>
    `${option} needs a value, and "${next}" looks like another option; if it is the value, write --${long}=${next}`;

  test.each([
    [['check', '--fil', 'a'], ['--fil is not an option']],
    [['check', '--filname', 'a'], ['--filname is not an option; did you mean --filename?']],
    [['check', '-x'], ['-x is not an option']],
    [['check', '-f'], [needs('-f', 'FILE')]],
    [['check', '-f', 'a', '--output'], [needs('--output', 'text|json')]],
    [['check', '--allow-http=yes', '-f', 'a'], ['--allow-http takes no value; write it without "=yes"']],
    [
      ['check', '-f', 'a', '--namespace', '--output', 'json'],
      [swallowed('--namespace', '--output', 'namespace')],
    ],
    [['check', '-n', '-f', 'a'], [swallowed('-n', '-f', 'namespace')]],
    [
      ['check', '-f', '--allow-http', '-m', '-n', 'x', '--no-such'],
      [
        swallowed('-f', '--allow-http', 'filename'),
        swallowed('-m', '-n', 'manifests'),
        '--no-such is not an option',
      ],
    ],
    [['check', '-f', 'a', '-n', 'a', '--namespace', 'b'], ['-n is given twice']],
  ])('%j cannot be read, and nothing is guessed from it', (argv, problems) => {
    expect(parsed(...argv)).toEqual(problems);
  });

  test('a value that looks like an option is one where it is written with =', () => {
    expect(parsed('check', '--filename=-a', '-f-b', '-m', '-')).toMatchObject({
      arguments: { files: ['-a', '-b'], manifests: ['-'] },
    });
  });

  test('options of one command are not those of another', () => {
    expect(parsed('check', '-f', 'a', '--price', 'aws=1/1', '-l', 'a=b')).toEqual([
      '--price is an option of explain, not of check',
      '-l is an option of refresh, not of check',
    ]);
    expect(parsed('refresh', 'pod', 'a', '-f', 'b')).toEqual([
      '-f is an option of inject, check, explain and render, not of refresh',
    ]);
  });
});

describe('keyferry explain', () => {
  test('has defaults', () => {
    expect(parsed('explain', '-f', 'a')).toMatchObject({
      arguments: {
        counting: {
          prices: [],
          replicas: undefined,
          assumptions: { vaultTokenSeconds: 3600, vaultLeaseSeconds: 3600 },
        },
      },
    });
  });

  test('takes prices, replicas and lives', () => {
    const line =
      'explain -f a --price aws=1/10 --price vault=2/10 --replicas 500 --vault-token-ttl 20m --vault-lease-ttl 1h30m';
    expect(parsed(...line.split(' '))).toMatchObject({
      arguments: {
        counting: {
          prices: [{ provider: 'aws' }, { provider: 'vault' }],
          replicas: 500,
          assumptions: { vaultTokenSeconds: 1200, vaultLeaseSeconds: 5400 },
        },
      },
    });
  });

  test('says everything that is wrong', () => {
    const line =
      'explain -f a --price x --price awss=1/1 --replicas many --vault-token-ttl 10ms --vault-lease-ttl 1d';
    expect(parsed(...line.split(' '))).toEqual([
      '--price is "x"; it takes PROVIDER=AMOUNT/CALLS, such as aws=$0.05/10000',
      '--price has no provider "awss"; did you mean aws?',
      '--replicas is "many"; it takes a whole number, such as 500',
      '--vault-token-ttl is "10ms"; it takes a duration of at least 1s, such as 20m or 1h30m',
      '--vault-lease-ttl is "1d"; it takes a duration of at least 1s, such as 20m or 1h30m',
    ]);
  });
});

describe('keyferry refresh', () => {
  const target = (line: string): unknown => {
    const result = parsed('refresh', ...line.split(' ').filter((word) => word !== ''));
    return Array.isArray(result) ? result : (result as { arguments: { target: unknown } }).arguments.target;
  };

  test('takes everything that it says', () => {
    const line = 'refresh deploy web api -n team --kubeconfig k --context c --dry-run --output json';
    expect(parsed(...line.split(' '))).toEqual({
      kind: 'run',
      arguments: {
        command: 'refresh',
        target: { kind: 'deployment', names: ['web', 'api'] },
        namespace: 'team',
        kubeconfig: 'k',
        context: 'c',
        dryRun: true,
        output: 'json',
      },
    });
  });

  test.each([
    ['pod a a', { kind: 'pod', names: ['a'] }],
    ['po/a pod/b', ['"pod/b" is not po/NAME; refresh takes one kind at a time']],
    ['po/a po/b', { kind: 'pod', names: ['a', 'b'] }],
    ['StatefulSets a', { kind: 'statefulset', names: ['a'] }],
    ['es a', { kind: 'externalsecret', names: ['a'] }],
    ['-l app=web', { kind: 'selector', selector: 'app=web' }],
    ['pods -l app=web', { kind: 'selector', selector: 'app=web' }],
    ['', ['which pods? refresh takes a kind and names, or labels (-l)']],
    ['pod', ['which pod? its name is missing']],
    ['pod/', ['"" cannot be the name of an object']],
    ['pod A', ['"A" cannot be the name of an object']],
    ['pods/a b', ['"b" is not pods/NAME; refresh takes one kind at a time']],
    ['deploymnt a', ['"deploymnt" is not a kind that refresh knows; did you mean deployment?']],
    [
      'constructor a',
      [
        '"constructor" is not a kind that refresh knows; it takes pod, deployment, statefulset, daemonset, replicaset, job or externalsecret',
      ],
    ],
    ['cronjob a', ['a CronJob has no pods of its own; name the job that it made, or give labels (-l)']],
    ['pod a -l app=web', ['names and -l exclude each other']],
    ['job -l app=web', ['-l finds pods by their own labels; write: refresh pod -l app=web']],
    ['--selector=', ['-l is empty, which would be every pod of the namespace']],
    ['web-1 -n Team', ['"web-1" is not a kind that refresh knows', '--namespace is "Team"']],
  ])('%j', (line, expected) => {
    const found = target(line);
    if (Array.isArray(expected) && Array.isArray(found))
      expect(found.map((text, index) => String(text).slice(0, expected[index]?.length))).toEqual(expected);
    else expect(found).toEqual(expected);
  });
});

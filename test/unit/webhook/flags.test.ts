import { describe, expect, test } from '@jest/globals';
import { parseFlags } from '../../../webhook/flags.ts';

const parsed = (...argv: string[]): unknown => {
  const result = parseFlags(argv);
  return result.ok ? result.value : result.error;
};

const day = 24 * 60 * 60_000;

describe("the webhook's flags", () => {
  test('have defaults', () => {
    expect(parsed()).toEqual({
      port: 8443,
      adminPort: 8080,
      settings: {
        agentImage: 'keyferry-agent:0.1.0',
        agentImagePullPolicy: 'IfNotPresent',
        agentPort: 8480,
        agentResources: { requestsCpu: '25m', requestsMemory: '64Mi' },
        allowHttp: false,
        externalSecretsOperatorRead: false,
      },
      manifests: [],
      certificateLifetimeMs: 30 * day,
      shutdownDelayMs: 15_000,
      status: true,
      logLevel: 'info',
    });
  });

  test('all of them', () => {
    const line =
      '--port 1 --admin-port=2 --agent-image i --agent-image-pull-policy Always --agent-port 0 --agent-requests-cpu 1m ' +
      '--agent-requests-memory 1Mi --agent-limits-cpu 1 --agent-limits-memory 1Gi --allow-http --allowed-servers a ' +
      '--allowed-servers b --external-secrets-operator-read --file-root /srv --manifests m --manifests n --tls-certificate-file c --tls-key-file k ' +
      '--certificate-lifetime 1h --shutdown-delay 0 --status off --log-level debug --broker-config b.yaml --broker-server https://broker.example:1/';
    expect(parsed(...line.split(' '))).toEqual({
      port: 1,
      adminPort: 2,
      settings: {
        agentImage: 'i',
        agentImagePullPolicy: 'Always',
        agentPort: 0,
        agentResources: { requestsCpu: '1m', requestsMemory: '1Mi', limitsCpu: '1', limitsMemory: '1Gi' },
        allowHttp: true,
        externalSecretsOperatorRead: true,
        allowedServers: ['a', 'b'],
        fileRoot: '/srv',
      },
      manifests: ['m', 'n'],
      certificateFiles: { certificateFile: 'c', keyFile: 'k' },
      certificateLifetimeMs: 3_600_000,
      shutdownDelayMs: 0,
      status: false,
      broker: { configFile: 'b.yaml', server: 'https://broker.example:1' },
      logLevel: 'debug',
    });
    expect(parsed('--broker-config', 'b')).toMatchObject({
      broker: { configFile: 'b', server: 'https://keyferry-broker.keyferry-system.svc:8444' },
    });
    expect(parsed('--kubeconfig', 'k')).toMatchObject({ kubeconfig: 'k', status: true });
    expect(parsed('--status=off')).toMatchObject({ status: false });
    expect(parsed('--manifests', 'm')).toMatchObject({ status: false });
  });

  test.each([
    [
      ['--prot', '1'],
      ['--prot is not a flag; did you mean --port?', '"1" is no flag'],
    ],
    [['--broker-server', 'https://a'], ['--broker-server goes with --broker-config']],
    [
      ['--broker-config', 'a', '--broker-server', 'http://a/b'],
      [
        '--broker-server is "http://a/b"; give an https URL without a path, like https://keyferry-broker.keyferry-system.svc:8444',
      ],
    ],
    [['--constructor'], ['--constructor is not a flag']],
    [['-p'], ['--p is not a flag']],
    [['serve'], ['"serve" is no flag']],
    [['--port'], ['--port needs a value']],
    [['--allowed-servers'], ['--allowed-servers needs a value']],
    [
      ['--port', '--allow-http'],
      [
        '--port needs a value; "--allow-http" is the next flag (or write --port=--allow-http)',
        '--port is "--allow-http"; give a port from 0 to 65535',
      ],
    ],
    [
      ['--allowed-servers', '--allow-http'],
      [
        '--allowed-servers needs a value; "--allow-http" is the next flag (or write --allowed-servers=--allow-http)',
      ],
    ],
    [['--allow-http=true'], ['--allow-http takes no value']],
    [['--port', '65536'], ['--port is "65536"; give a port from 0 to 65535']],
    [['--admin-port=http'], ['--admin-port is "http"; give a port from 0 to 65535']],
    [['--agent-port=-1'], ['--agent-port is "-1"; give a port from 0 to 65535']],
    [
      ['--agent-image-pull-policy=always'],
      ['--agent-image-pull-policy is "always"; it takes Always, IfNotPresent or Never'],
    ],
    [['--agent-limits-cpu=0'], ['--agent-limits-cpu is "0"; give a Kubernetes quantity like 50m or 128Mi']],
    [
      ['--agent-requests-memory=1MB'],
      ['--agent-requests-memory is "1MB"; give a Kubernetes quantity like 50m or 128Mi'],
    ],
    [['--file-root=srv'], ['--file-root is "srv"; give an absolute folder']],
    [['--manifests=a', '--kubeconfig=b'], ['--manifests and --kubeconfig exclude each other']],
    [['--tls-key-file=a'], ['--tls-certificate-file and --tls-key-file go together']],
    [['--tls-certificate-file=a'], ['--tls-certificate-file and --tls-key-file go together']],
    [
      ['--certificate-lifetime=9m'],
      ['--certificate-lifetime is "9m"; give a Go duration of at least 10 minutes, like 30m'],
    ],
    [['--shutdown-delay=15'], ['--shutdown-delay is "15"; give a Go duration, like 30m']],
    [['--status=true'], ['--status is "true"; it takes on or off']],
    [['--manifests=a', '--status=on'], ['--status=on needs an API server, which --manifests does without']],
    [['--log-level=trace'], ['--log-level is "trace"; it takes debug, info, warn or error']],
  ])('%j: %j', (argv, problems) => {
    expect(parsed(...argv)).toEqual(problems);
  });

  test('all problems are told at once', () => {
    expect(parsed('--port=x', '--log-level=x', '--file-root=x', '--x')).toHaveLength(4);
  });
});

import { describe, expect, test } from '@jest/globals';
import { parseFlags } from '../../../broker/flags.ts';

const parsed = (line: string): unknown => {
  const result = parseFlags(line === '' ? [] : line.split(' '));
  return result.ok ? result.value : result.error;
};

const hour = 3_600_000;

describe("the broker's flags", () => {
  test('have defaults', () => {
    expect(parsed('--broker-config broker.yaml')).toEqual({
      port: 8444,
      adminPort: 8080,
      certificateLifetimeMs: 720 * hour,
      shutdownDelayMs: 15_000,
      logLevel: 'info',
      brokerConfig: 'broker.yaml',
      credentialsFolder: '/keyferry/credentials',
      servers: { allowHttp: false },
      externalSecretsOperatorRead: false,
      checkPeerAddress: true,
      auditLog: 'stdout',
      serverNames: [],
    });
  });

  test('all of them', () => {
    const line =
      '--port 1 --admin-port=2 --kubeconfig k --certificate-lifetime 1h --shutdown-delay 0s --log-level debug --broker-config b ' +
      '--credentials-dir /c --allow-http --allowed-servers x --allowed-servers y --external-secrets-operator-read ' +
      '--check-peer-address off --audit-log /var/log/audit --server-name localhost --server-name broker.example ' +
      '--tls-certificate-file c --tls-key-file k --tls-ca-file a';
    expect(parsed(line)).toEqual({
      port: 1,
      adminPort: 2,
      kubeconfig: 'k',
      certificateLifetimeMs: hour,
      shutdownDelayMs: 0,
      logLevel: 'debug',
      brokerConfig: 'b',
      credentialsFolder: '/c',
      servers: { allowHttp: true, allowedServers: ['x', 'y'] },
      externalSecretsOperatorRead: true,
      certificateFiles: { certificateFile: 'c', keyFile: 'k', authorityFile: 'a' },
      checkPeerAddress: false,
      auditLog: '/var/log/audit',
      serverNames: ['localhost', 'broker.example'],
    });
  });

  test('all problems are told at once', () => {
    const line =
      'now --port 70000 --certificate-lifetime 1m --shutdown-delay soon --log-level loud --credentials-dir c --audit-log a ' +
      '--check-peer-address maybe --allow-http=yes --tls-ca-file a --audit-logs x --server-name';
    expect(parsed(line)).toEqual([
      '"now" is no flag',
      '--allow-http takes no value',
      '--audit-logs is not a flag; did you mean --audit-log?',
      '"x" is no flag',
      '--server-name needs a value',
      '--broker-config is missing; give the file that says what the broker may use',
      '--audit-log is "a"; give an absolute path',
      '--port is "70000"; give a port from 0 to 65535',
      '--certificate-lifetime is "1m"; give a Go duration of at least 10 minutes, like 30m',
      '--shutdown-delay is "soon"; give a Go duration, like 30m',
      '--log-level is "loud"; it takes debug, info, warn or error',
      '--credentials-dir is "c"; give an absolute path',
      '--tls-ca-file goes with --tls-certificate-file and --tls-key-file',
      '--check-peer-address is "maybe"; it takes on or off',
    ]);
  });

  test.each([
    ['--tls-certificate-file c', ['--tls-certificate-file and --tls-key-file go together']],
    [
      '--tls-certificate-file c --tls-key-file k',
      ['--tls-certificate-file needs --tls-ca-file: agents are told whom to trust'],
    ],
  ])('%s', (line, problems) => {
    expect(parsed(`--broker-config b ${line}`)).toEqual(problems);
  });
});

import { describe, expect, test } from '@jest/globals';
import { refusedProcessOptions } from '../../../agent/core/process-options.ts';
import { readSettings } from '../../../agent/core/settings.ts';
import { agentPaths } from '../../../agent/paths.ts';

describe('refusedProcessOptions', () => {
  const refused = (execArguments: string[], environment: Record<string, string> = {}): readonly string[] =>
    refusedProcessOptions({ execArguments, environment });

  test.each([
    '--inspect',
    '--inspect-brk=0.0.0.0:9229',
    '--inspect_wait',
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=3',
    '--heap-prof',
    '--cpu-prof',
    '--report-on-signal',
    '--report-uncaught-exception',
    '--diagnostic-dir=/tmp',
    '--require=/x.js',
    '--import=/x.mjs',
    '--experimental-loader=/x.mjs',
    '--tls-keylog=/tmp/keys',
  ])('%s', (option) => {
    expect(refused([option])).toHaveLength(1);
    expect(refused([], { NODE_OPTIONS: `--max-old-space-size=64 ${option}` })).toHaveLength(1);
  });

  test('the short form of --require, and quoted options', () => {
    expect(refused(['-r', '/x.js'])).toEqual(['-r']);
    expect(refused([], { NODE_OPTIONS: '"--inspect=1" -r /x.js' })).toEqual(['--inspect', '-r']);
  });

  test('variables that make Node print what it sends', () => {
    expect(refused([], { NODE_DEBUG: 'http', NODE_DEBUG_NATIVE: 'tls' })).toEqual([
      'NODE_DEBUG',
      'NODE_DEBUG_NATIVE',
    ]);
    expect(refused([], { NODE_DEBUG: '' })).toEqual([]);
  });

  test('ordinary options are fine', () => {
    expect(refused(['--max-old-space-size=64', '--disable-sigusr1', '--max-semi-space-size=1'])).toEqual([]);
    expect(refused([], { NODE_OPTIONS: '--max-semi-space-size=1' })).toEqual([]);
  });
});

describe('readSettings', () => {
  test('defaults', () => {
    expect(readSettings({})).toEqual({
      plan: undefined,
      podName: '',
      podNamespace: '',
      podUid: '',
      root: '/',
      logLevel: 'info',
      warnings: [],
    });
  });

  test('values; others are not looked at', () => {
    const settings = readSettings({
      KEYFERRY_PLAN: '{}',
      KEYFERRY_POD_NAME: 'api-1',
      KEYFERRY_POD_NAMESPACE: 'payments',
      KEYFERRY_POD_UID: 'uid',
      KEYFERRY_ROOT: '/tmp/root',
      KEYFERRY_LOG_LEVEL: 'debug',
      KEYFERRY_UNKNOWN: 'x',
    });
    expect(settings).toMatchObject({
      plan: '{}',
      podUid: 'uid',
      root: '/tmp/root',
      logLevel: 'debug',
      warnings: [],
    });
  });

  test("Pod Identity's variables count together alone", () => {
    const uri = 'http://169.254.170.23/v1/credentials';
    const both = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/t' };
    expect(readSettings(both).podIdentity).toEqual({ uri, tokenFile: '/t' });
    for (const name of Object.keys(both))
      expect(readSettings({ ...both, [name]: '' })).not.toHaveProperty('podIdentity');
  });

  test('bad values are told and replaced', () => {
    const settings = readSettings({ KEYFERRY_ROOT: 'relative', KEYFERRY_LOG_LEVEL: 'loud' });
    expect(settings).toMatchObject({ root: '/', logLevel: 'info' });
    expect(settings.warnings).toHaveLength(2);
  });
});

describe('agentPaths', () => {
  test('in a container', () => {
    expect(agentPaths('/')).toMatchObject({
      secrets: '/keyferry/secrets',
      state: '/keyferry/state/state.json',
      forceSync: '/keyferry/identity/force-sync',
      tokens: '/keyferry/identity/tokens',
      terminationMessage: '/dev/termination-log',
    });
  });

  test('below a root, which no path leaves', () => {
    const { resolve, secrets } = agentPaths('/tmp/root/');
    expect(secrets).toBe('/tmp/root/keyferry/secrets');
    expect(resolve('/../../etc/passwd')).toBe('/tmp/root/etc/passwd');
  });
});

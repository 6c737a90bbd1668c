import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { answering, start, trustedIdentity } from '../support/transport-harness.ts';

const run = promisify(execFile);
const script = new URL('../support/request-once.ts', import.meta.url).pathname;

/** One request in a process of its own: Node's core reads the real environment, not the copy that a test has. */
const requestWith = async (environment: Record<string, string>, ...args: string[]): Promise<string> => {
  const { stdout } = await run(execPath, [script, ...args], { env: environment });
  return stdout;
};

const proxy = 'http://127.0.0.1:1';

describe('the environment has no influence', () => {
  test.each<Record<string, string>>([
    {},
    { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy, https_proxy: proxy, ALL_PROXY: proxy, HTTP_PROXY: proxy },
  ])('on the way to the server: %j', async (environment) => {
    const server = await start(answering('{}'));
    expect(await requestWith(environment, server.url, trustedIdentity().cert)).toBe('ok');
    expect(server.connections()).toBe(1);
  });

  test('on whether a certificate is checked', async () => {
    const server = await start(answering('{}'));
    expect(
      await requestWith({ NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }, server.url),
    ).toMatch(/^unavailable: .* is not trusted: self-signed;/);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../lib/clock.ts';
import { SdkProcess, type CommandOutcome } from '../../providers/bitwarden/sdk-process.ts';
import { startBitwardenServer } from '../emulators/bitwarden/server.ts';

const repository = join(import.meta.dirname, '..', '..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-image-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Makes what the image has, as Dockerfile.webhook does. */
const build = (environment: Record<string, string> = {}): string => {
  const run = (...args: string[]): void => {
    execFileSync(process.execPath, args, { cwd: repository, env: environment });
  };
  run('scripts/build.mjs', 'bitwarden-sdk', `--output=${folder}`);
  run('scripts/bitwarden-sdk.mjs', join(folder, 'node_modules'), join(folder, 'licences'));
  return join(folder, 'bitwarden-sdk.mjs');
};

const logIn = async (program: string): Promise<CommandOutcome<null>> => {
  const setup = { machineAccounts: { broker: {} } };
  const bitwarden = await startBitwardenServer({ setup, httpPort: 0 });
  const sdk = new SdkProcess(program, systemClock, () => undefined);
  const url = bitwarden.httpUrl ?? '';
  const accessToken = bitwarden.accessToken('broker');
  try {
    return await sdk.run<'login'>({
      ...{ kind: 'login', accessToken, apiUrl: `${url}/api`, identityUrl: `${url}/identity` },
    });
  } finally {
    sdk.close();
    await bitwarden.close();
  }
};

describe('the program in the image', () => {
  test('finds the SDK beside it, which has its licence with it', async () => {
    expect(await logIn(build())).toEqual({ ok: true, value: null });
    expect(readFileSync(join(folder, 'licences', 'LICENCE-of-Bitwarden-SDK'), 'utf8')).toMatch(
      /^BITWARDEN SOFTWARE DEVELOPMENT KIT LICENSE AGREEMENT/,
    );
  });

  test('says that there is none in an image for others', async () => {
    const program = build({ BITWARDEN_SDK: 'no' });
    expect(existsSync(join(folder, 'node_modules', '@bitwarden'))).toBe(false);
    expect(await logIn(program)).toEqual({ ok: false, error: 'absent' });
  });

  test('has none of the SDK in itself', () => {
    expect(readFileSync(build(), 'utf8')).not.toContain('AccessTokenLoginRequest');
  });
});

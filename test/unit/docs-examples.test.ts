import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCli } from '../support/eso/run-cli.ts';

/** The manifests that the docs show: what a reader applies has to be right. */

const examples = join(import.meta.dirname, '..', '..', 'docs', 'examples');
const installFile = 'broker.yaml';

const folders = readdirSync(examples)
  .map((name) => ({
    name,
    manifests: readdirSync(join(examples, name)).filter(
      (file) => file.endsWith('.yaml') && file !== installFile,
    ),
  }))
  .filter(({ manifests }) => manifests.length > 0);

test.each(folders)(
  'the example $name has no problem, and nothing to warn of',
  async ({ name, manifests }) => {
    const folder = join(examples, name);
    const install = join(folder, installFile);
    const { status, out, error } = await runCli([
      'check',
      ...manifests.flatMap((file) => ['-f', join(folder, file)]),
      ...(existsSync(install) ? ['--broker-config', install] : []),
    ]);
    expect({ status, error, lines: out.trimEnd().split('\n') }).toEqual({
      status: 0,
      error: '',
      lines: [expect.stringMatching(/^[1-9][0-9]* would be injected, 0 refused, 0 left alone/u)],
    });
  },
);

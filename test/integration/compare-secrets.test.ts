import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KubeApi } from '../emulators/kube-api/kube-api.ts';
import {
  loadCase,
  renderIn,
  wantedFiles,
  withFileStores,
  type EsoCase,
  type Files,
} from '../support/eso/cases.ts';
import { secretsOf } from '../support/eso/secrets.ts';
import { describeWithKubectl } from '../support/with-program.ts';

const script = join(import.meta.dirname, '..', '..', 'docs', 'examples', 'migrating', 'compare-secrets.sh');

interface Compared {
  readonly status: number;
  readonly out: string;
}

const eso: EsoCase = loadCase('aws-config-files');
const wanted = wantedFiles(eso);
const settings = 'checkout-settings-files/settings.yaml';
const variables = 'checkout-settings-files/.env.live';

describeWithKubectl('compare-secrets.sh, with kubectl', () => {
  let folder = '';
  let api: KubeApi;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyferry-compare-'));
    api = await KubeApi.start();
    api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: eso.namespace } });
    await renderIn(folder, withFileStores(eso.documents, eso.upstream, folder));
    writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig('kubernetes-admin'));
  });

  afterEach(async () => {
    await api[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const compare = (files: Files): Promise<Compared> => {
    api.apply(...secretsOf(files, eso.namespace));
    const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder };
    return new Promise((resolve) => {
      const words = [script, eso.namespace, join(folder, 'out')];
      const child = execFile('sh', words, { env }, (_error, stdout, stderr) => {
        resolve({ status: child.exitCode ?? -1, out: `${stderr}${stdout}` });
      });
    });
  };

  test('says of each key that both are the same bytes', async () => {
    expect(await compare(wanted)).toEqual({
      status: 0,
      out: `${variables}: the same bytes\n${settings}: the same bytes\n`,
    });
  });

  test.each([
    [
      'a byte differs',
      { ...wanted, [settings]: `${wanted[settings] ?? ''} ` },
      `${settings}: DIFFERENT BYTES`,
    ],
    ['a key has no file', { ...wanted, 'checkout-settings-files/more': 'x' }, '/more: only in the Secret'],
    ['a file has no key', { [settings]: wanted[settings] ?? '' }, `${variables}: only among the files`],
    ['there is no Secret', {}, 'checkout-settings-files: the Secret cannot be read'],
  ])('ends with 1 where %s', async (_what, files, said) => {
    const { status, out } = await compare(files);
    expect(status).toBe(1);
    expect(out).toContain(said);
  });

  test('prints no value', async () => {
    const { out } = await compare({ ...wanted, [settings]: 'Tr0ub4dor&3' });
    expect(out).toContain('DIFFERENT BYTES');
    expect(out).not.toContain('Tr0ub4dor');
    expect(out).not.toContain(Buffer.from('Tr0ub4dor').toString('base64').slice(0, 8));
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KubeApi, type Manifest } from '../emulators/kube-api/kube-api.ts';
import { loadCase, wantedFiles, withFileStores } from '../support/eso/cases.ts';
import { secretsOf } from '../support/eso/secrets.ts';
import { describeWithKubectl } from '../support/with-program.ts';
import { esoDefinition } from '../support/eso/definition.ts';

const repository = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(repository, 'docs', 'migrating-from-eso.md'), 'utf8');

/** The blocks of commands of the page, without the indentation of a list. */
const blocks = [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gmu)].map(([, indentation = '', text = '']) =>
  text.replaceAll(new RegExp(`^${indentation}`, 'gmu'), ''),
);

const blockWith = (part: string): string => {
  const [block, ...others] = blocks.filter((text) => text.includes(part));
  if (block === undefined || others.length > 0) throw new Error(`not one block has ${part}`);
  return block;
};

const eso = loadCase('aws-connection-string');
/** The page's commands are for this namespace. */
const namespace = 'payments';

describeWithKubectl('the commands of docs/migrating-from-eso.md, with kubectl', () => {
  let folder = '';
  let api: KubeApi;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyferry-migrating-'));
    api = await KubeApi.start();
    writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig('kubernetes-admin'));
    const documents = withFileStores(eso.documents, eso.upstream, folder).map((document) => ({
      ...document,
      metadata: { ...(document['metadata'] as object), namespace },
    }));
    api.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      esoDefinition('SecretStore', { version: 'v1beta1' }),
      esoDefinition('ExternalSecret', { version: 'v1beta1' }),
      esoDefinition('ClusterSecretStore', { version: 'v1beta1', scope: 'Cluster' }),
      ...(documents as unknown as Manifest[]),
      ...secretsOf(wantedFiles(eso), namespace),
    );
  });

  afterEach(async () => {
    await api[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const run = (commands: string): Promise<string> => {
    const env = {
      ...process.env,
      PATH: `${join(repository, 'bin')}:${process.env['PATH'] ?? ''}`,
      KUBECONFIG: join(folder, 'kubeconfig'),
      HOME: folder,
    };
    // In a folder that may be written to, with the repository's files where the page says they are.
    const script = commands.replaceAll('docs/examples/', `${repository}/docs/examples/`);
    return new Promise((resolve) => {
      execFile('sh', ['-c', script], { env, cwd: folder }, (_error, stdout, stderr) => {
        resolve(`${stderr}${stdout}`);
      });
    });
  };

  test('say what of a cluster still takes Secrets', async () => {
    const said = await run(blockWith('get deployments'));
    expect(said).toContain('Deployment payments/catalogue: still takes what follows');
    expect(said).toContain(
      'container web: envFrom (secretRef catalogue-db-login): read /secrets/catalogue-db-login (ExternalSecret catalogue-db)',
    );
    expect(said).toMatch(/stores and ExternalSecrets: 2 right, 0 wrong\n$/);
  });

  test('prove that both deliver the same bytes, and leave nothing behind', async () => {
    const said = await run(blockWith('keyferry render'));
    const names = ['host', 'jdbc-url', 'name', 'password', 'port', 'user'];
    const verdicts = names.map((name) => `catalogue-db-login/${name}: the same bytes\n`).join('');
    expect(said.endsWith(`1 of 1 ExternalSecret rendered\n${verdicts}`)).toBe(true);
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith('keyferry.'))).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { describeWithKubectl } from '../../support/with-program.ts';
import { at, manifests, repository } from './manifests.ts';

const base = join(repository, 'deploy/base');

/** The repository as seen from an overlay in a folder of its own. */
const fromOverlay = join('..', relative(tmpdir(), repository));

const render = (folder: string): readonly unknown[] => {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl kustomize ${folder}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
};

const containerOf = (documents: readonly unknown[], name: string): unknown => {
  const isIt = (document: unknown): boolean =>
    at(document, 'kind') === 'Deployment' && at(document, 'metadata.name') === name;
  return at(documents.find(isIt), 'spec.template.spec.containers.0');
};

const images = (documents: readonly unknown[]): unknown => {
  const webhook = containerOf(documents, 'keyferry-webhook');
  const broker = containerOf(documents, 'keyferry-broker');
  return { webhook: at(webhook, 'image'), agent: at(webhook, 'env.0.value'), broker: at(broker, 'image') };
};

/** Renders an overlay of deploy/base, as an installer would write it. */
const renderOverlay = (kustomization: string): readonly unknown[] => {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-overlay-'));
  try {
    const text = `resources:\n  - ${relative(folder, base)}\n${kustomization}`;
    writeFileSync(join(folder, 'kustomization.yaml'), text);
    return render(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The kustomizations of docs/install.md without their line of resources, each with the heading that it is under. */
const documentedOverlays: readonly (readonly [title: string, text: string])[] = readFileSync(
  join(repository, 'docs/install.md'),
  'utf8',
)
  .split(/^##+ /mu)
  .flatMap((section) =>
    [...section.matchAll(/```yaml\n(.*?)```/gsu)].map(
      ([, text = '']) => [section.split('\n', 1)[0] ?? '', text] as const,
    ),
  )
  .filter(([, text]) => text.includes('resources: [../deploy/base]'))
  .map(([title, text]) => [
    title,
    text.replace('resources: [../deploy/base]', '').replaceAll('../deploy/', `${fromOverlay}/deploy/`),
  ]);

test('docs/install.md has overlays', () => {
  expect(documentedOverlays.map(([title]) => title)).toEqual([
    'Install',
    'Flags of the webhook',
    'The broker',
    'Objects of External Secrets Operator',
    'Certificates from cert-manager',
    'The network policy',
    'The admission policies',
  ]);
});

describeWithKubectl('kubectl kustomize', () => {
  test('renders everything that deploy/base lists', () => {
    const rendered = render(base).map((document) => [at(document, 'kind'), at(document, 'metadata.name')]);
    const written = manifests
      .filter(({ name }) => name !== 'undefined')
      .map(({ kind, name }) => [kind, name] as unknown[]);
    expect(rendered.map(String).sort()).toEqual(written.map(String).sort());
  });

  test('an overlay replaces both images in one way, the agent’s too, which is in a variable', () => {
    const documents = renderOverlay(
      [
        'images:',
        '  - { name: keyferry-webhook, newName: registry.example/webhook, newTag: 9.9.9 }',
        '  - { name: keyferry-agent, newName: registry.example/agent, newTag: 9.9.9 }',
      ].join('\n'),
    );
    expect(images(documents)).toEqual({
      webhook: 'registry.example/webhook:9.9.9',
      agent: 'registry.example/agent:9.9.9',
      broker: 'registry.example/webhook:9.9.9',
    });
  });

  test.each(documentedOverlays)('the overlay that docs/install.md has under "%s" renders', (_title, text) => {
    const plain = renderOverlay('');
    const rendered = renderOverlay(text);
    expect(rendered.length).toBeGreaterThanOrEqual(plain.length);
    expect(rendered).not.toEqual(plain);
  });

  test("with the component for External Secrets Operator's objects the webhook and the broker read them, and may", () => {
    const documents = renderOverlay(
      `components:\n  - ${fromOverlay}/deploy/components/external-secrets-operator\n`,
    );
    const plain = renderOverlay('');
    const names = (of: readonly unknown[]): string[] =>
      of.map((document) => `${String(at(document, 'kind'))} ${String(at(document, 'metadata.name'))}`);
    expect(names(documents).filter((name) => !names(plain).includes(name))).toEqual([
      'ClusterRole keyferry-webhook-external-secrets-operator',
      'ClusterRoleBinding keyferry-webhook-external-secrets-operator',
    ]);
    for (const name of ['keyferry-webhook', 'keyferry-broker']) {
      const flags = (of: readonly unknown[]): unknown => at(containerOf(of, name), 'args');
      expect(flags(documents)).toEqual([...(flags(plain) as string[]), '--external-secrets-operator-read']);
    }
    const role = documents.find(
      (document) => at(document, 'metadata.name') === 'keyferry-webhook-external-secrets-operator',
    );
    expect(at(role, 'rules')).toEqual([
      {
        apiGroups: ['external-secrets.io'],
        resources: ['secretstores', 'clustersecretstores', 'externalsecrets'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
  });

  test('labels say what everything belongs to, and selectors stay as they are', () => {
    for (const document of render(base))
      expect(at(document, 'metadata.labels')).toMatchObject({
        'app.kubernetes.io/name': 'keyferry',
        'app.kubernetes.io/part-of': 'keyferry',
      });
    const deployments = render(base).filter((document) => at(document, 'kind') === 'Deployment');
    expect(deployments.map((deployment) => at(deployment, 'spec.selector.matchLabels'))).toEqual(
      ['broker', 'webhook'].map((component) => ({
        'app.kubernetes.io/name': 'keyferry',
        'app.kubernetes.io/component': component,
      })),
    );
  });
});

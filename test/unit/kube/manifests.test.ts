import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDocuments } from '../../../lib/kube/documents.ts';
import { parseManifests } from '../../../lib/kube/manifests.ts';

const parse = (text: string) => {
  const { documents, problems } = parseDocuments([{ name: 'a.yaml', text }]);
  const parsed = parseManifests(documents);
  return { objects: parsed.objects, problems: [...problems, ...parsed.problems] };
};
const store = (name: string, more = ''): string =>
  `apiVersion: keyferry.dev/v1beta1\nkind: SecretStore\nmetadata:\n  name: ${name}\n${more}`;

describe('manifests', () => {
  test('several documents, empty ones, comments, and kinds that are not looked up', () => {
    const text = [
      '# a comment',
      store('one', '  namespace: payments\nspec: {provider: {}}\n'),
      '',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n',
      'resources: [store.yaml] # a kustomization',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: payments, namespace: ignored, labels: {team: a}}\n',
    ].join('\n---\n');
    expect(parse(text)).toEqual({
      problems: [],
      objects: [
        {
          apiVersion: 'keyferry.dev/v1beta1',
          kind: 'SecretStore',
          metadata: { name: 'one', namespace: 'payments' },
          spec: { provider: {} },
        },
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments', labels: { team: 'a' } } },
      ],
    });
  });

  test('what names no namespace is in default', () => {
    expect(parse(store('one')).objects[0]!.metadata.namespace).toBe('default');
  });

  test('lists are taken apart, JSON is YAML, anchors and merge keys work', () => {
    const items = ['a', 'b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name },
    }));
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    expect(parse(json).objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    const merged = parse(store('one', 'spec: {a: &x {k: 1}, b: {<<: *x, l: 2}}\n'));
    expect(merged.objects[0]!.spec).toEqual({ a: { k: 1 }, b: { k: 1, l: 2 } });
  });

  test.each([
    ['bad YAML', 'a: [', 'a.yaml: Flow sequence in block collection'],
    ['a duplicate key', `${store('x')}kind: Other\n`, 'a.yaml: Map keys must be unique at line 5'],
    ['a scalar', `${store('x')}\n---\njust text\n`, 'a.yaml, document 2: is not an object'],
    ['an item that is no object', 'kind: List\nitems: [{}, 7]\n', 'a.yaml, item 2: is not an object'],
    [
      'no name',
      'apiVersion: v1\nkind: Namespace\nmetadata: {}\n',
      'a.yaml: Namespace: metadata.name is missing',
    ],
    [
      'a label that is no string to kubectl, which reads YAML 1.1',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {b: on}}\n',
      'a.yaml: Namespace: metadata.labels["b"] is not a string (quote it)',
    ],
    [
      'a label that is no string',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {b: ok, c: true}}\n',
      'a.yaml: Namespace: metadata.labels["c"] is not a string (quote it)',
    ],
    [
      'another version of ours',
      'apiVersion: keyferry.dev/v1\nkind: SecretStore\nmetadata: {name: a}\n',
      'a.yaml: SecretStore is of keyferry.dev/v1, which is not served; write keyferry.dev/v1beta1',
    ],
    [
      'the same object twice, with different words',
      `${store('x')}---\n${store('x', '  namespace: default\nspec: {}\n')}`,
      'a.yaml, document 2: SecretStore default x is already in a.yaml, document 1, and says something else there',
    ],
    ['too many aliases', `a: &a [${'x,'.repeat(9)}]\n${bomb(6)}`, 'a.yaml: Excessive alias count'],
  ])('%s is a problem that names its place', (_what, text, problem) => {
    const { problems } = parse(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).not.toContain('\n');
  });

  test('stores of another API group are somebody else’s', () => {
    const text = 'apiVersion: secrets.example/v1\nkind: SecretStore\nmetadata: {name: a}\n';
    expect(parse(text)).toEqual({ objects: [], problems: [] });
  });

  test.each(['v1', 'v1beta1'])('what external-secrets.io/%s has stands beside our own', (version) => {
    const theirs = store('one').replace('keyferry.dev/v1beta1', `external-secrets.io/${version}`);
    const { objects, problems } = parse(
      [
        store('one'),
        theirs,
        theirs.replace('SecretStore', 'ClusterSecretStore'),
        theirs.replace('SecretStore', 'ExternalSecret'),
        theirs.replace('SecretStore', 'ClusterExternalSecret'),
      ].join('\n---\n'),
    );
    expect(problems).toEqual([]);
    expect(objects.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.namespace])).toEqual([
      ['keyferry.dev/v1beta1', 'SecretStore', 'default'],
      [`external-secrets.io/${version}`, 'SecretStore', 'default'],
      [`external-secrets.io/${version}`, 'ClusterSecretStore', undefined],
      [`external-secrets.io/${version}`, 'ExternalSecret', 'default'],
    ]);
  });

  test('but the same object in two of its versions is there twice', () => {
    const theirs = store('one').replace('keyferry.dev/v1beta1', 'external-secrets.io/v1');
    expect(parse(`${theirs}\n---\n${theirs.replace('/v1', '/v1beta1')}`).problems).toEqual([
      'a.yaml, document 2: SecretStore default one is already in a.yaml, document 1, and says something else there',
    ]);
  });

  test('copies that say the same are one object, whatever the order of their fields', () => {
    const copy =
      'kind: SecretStore\nmetadata: {namespace: default, name: x}\napiVersion: keyferry.dev/v1beta1\n';
    const { objects, problems } = parse([store('x'), copy, store('x')].join('\n---\n'));
    expect(problems).toEqual([]);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['x']);
  });

  test('a version of theirs that nobody serves any more is told', () => {
    const old = store('one').replace('keyferry.dev/v1beta1', 'external-secrets.io/v1alpha1');
    expect(parse(old).problems).toEqual([
      'a.yaml: SecretStore is of external-secrets.io/v1alpha1, which is not read; write external-secrets.io/v1',
    ]);
  });

  test('any text gives objects or problems, never an exception', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('ab:-{}[]&*!|>%@#"\'\n \t<0\0')), maxLength: 60 }),
        (text) => {
          const { objects, problems } = parse(text);
          expect(objects).toEqual([]);
          expect(problems.every((problem) => problem.startsWith('a.yaml'))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function bomb(depth: number): string {
  const names = Array.from('abcdefghij').slice(0, depth + 1);
  return names
    .slice(1)
    .map((name, index) => `${name}: &${name} [${`*${names[index] ?? 'a'},`.repeat(9)}]\n`)
    .join('');
}

test('numbers with a leading zero are octal, as kubectl has them', () => {
  const { documents } = parseDocuments([
    { name: 'a.yaml', text: 'mode: 0644\nquoted: "0644"\nport: 8080\nnone: 089\n' },
  ]);
  expect(documents[0]?.value).toEqual({ mode: 0o644, quoted: '0644', port: 8080, none: 89 });
});

import { describe, expect, test } from '@jest/globals';
import { read, readAll } from './support.ts';

const noSecret = 'has no effect: Keyferry makes no Secret';

describe('the folder and its files', () => {
  test.each([
    [{}, { target: 'db', whenGone: 'keep', keepsKeys: true }],
    [{ name: 'payments-db' }, { target: 'payments-db' }],
    [{ name: '' }, { target: 'db' }],
    [{ deletionPolicy: 'Retain' }, { whenGone: 'keep' }],
    [{ deletionPolicy: 'Delete' }, { whenGone: 'remove' }],
    [{ deletionPolicy: 'Merge' }, { whenGone: 'remove' }],
    [{ immutable: false }, {}],
  ])('%j', (target, wanted) => {
    expect(readAll({ target })).toMatchObject({ warnings: [], externalSecret: wanted });
  });

  test.each([
    [{ creationPolicy: 'Owner' }, [`creationPolicy ${noSecret}`]],
    [{ creationPolicy: 'CreateOrMerge', deletionPolicy: 'Merge' }, [`creationPolicy ${noSecret}`]],
    [
      { immutable: true },
      ['immutable has no effect: Keyferry makes no Secret; refreshPolicy CreatedOnce reads once'],
    ],
    [
      { template: { type: 'Opaque', metadata: { labels: { a: 'b' }, finalizers: [] } } },
      [`template.type ${noSecret}`, `template.metadata ${noSecret}`],
    ],
  ])('%j is taken, with a warning', (target, warnings) => {
    const found = readAll({ target });
    expect(found.problems).toEqual([]);
    expect(found.warnings).toEqual(warnings.map((warning) => `spec.target.${warning}`));
    expect(found.externalSecret).toMatchObject({ keepsKeys: true });
    expect(Object.hasOwn(found.externalSecret ?? {}, 'templates')).toBe(false);
  });

  test.each([
    [{ name: 'a/b' }, 'name is "a/b"; it takes lower case letters, digits, "-" and "."'],
    [
      { creationPolicy: 'Always' },
      'creationPolicy is "Always"; it takes Owner, Orphan, Merge, None or CreateOrMerge',
    ],
    [{ deletionPolicy: 'delete' }, 'deletionPolicy is "delete"; it takes Retain, Delete or Merge'],
    ...['Merge', 'None', 'CreateOrMerge'].map(
      (creationPolicy) =>
        [
          { creationPolicy, deletionPolicy: 'Delete' },
          'deletionPolicy is "Delete", which does not go with creationPolicy Merge, None or CreateOrMerge; drop creationPolicy',
        ] as const,
    ),
    [
      { creationPolicy: 'None', deletionPolicy: 'Merge' },
      'deletionPolicy is "Merge", which does not go with creationPolicy None; drop creationPolicy',
    ],
    [{ immutable: 'yes' }, 'immutable must be true or false'],
    [
      { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } },
      'manifest is not supported: Keyferry makes files, no objects',
    ],
    [{ namespace: 'x' }, 'namespace is not a known field'],
  ])('%j is refused', (target, problem) => {
    expect(read({ target })).toEqual([`spec.target.${problem}`]);
  });
});

describe('the template', () => {
  const text = (key: string, template: string): object => ({
    as: 'Values',
    key,
    from: { kind: 'text', text: template },
  });
  const literal = (template: string): object => ({
    as: 'KeysAndValues',
    key: '',
    from: { kind: 'text', text: template },
  });
  const configMap = (name: string, key: string, as = 'Values'): object => ({
    as,
    key: as === 'Values' ? key : '',
    from: { kind: 'config-map', name, key },
  });

  test.each([
    [
      'data, sorted by key',
      { engineVersion: 'v2', data: { 'b.env': '{{ .b }}', 'a.yaml': '' } },
      { templates: [text('a.yaml', ''), text('b.env', '{{ .b }}')], keepsKeys: false },
    ],
    [
      'data beside the keys',
      { mergePolicy: 'Merge', data: { a: 'x' } },
      { templates: [text('a', 'x')], keepsKeys: true },
    ],
    ['data that is empty', { mergePolicy: 'Replace', data: {}, templateFrom: [] }, { keepsKeys: true }],
    [
      'templateFrom in order, then data',
      {
        data: { z: 'last' },
        templateFrom: [
          { literal: 'a: b' },
          {
            target: 'data',
            configMap: { name: 'tpl', items: [{ key: 'b' }, { key: 'a', templateAs: 'KeysAndValues' }] },
            literal: 'c: d',
          },
        ],
      },
      {
        templates: [
          literal('a: b'),
          configMap('tpl', 'b'),
          configMap('tpl', 'a', 'KeysAndValues'),
          literal('c: d'),
          text('z', 'last'),
        ],
        keepsKeys: false,
      },
    ],
    [
      'values that are decoded',
      {
        templateFrom: [
          { literal: 'a: b', valuesDecodingStrategy: 'Base64' },
          { literal: 'c: d', valuesDecodingStrategy: 'None' },
        ],
      },
      { templates: [{ ...literal('a: b'), decode: 'base64' }, literal('c: d')] },
    ],
  ])('%s', (_what, template, wanted) => {
    expect(readAll({ target: { template } })).toMatchObject({ warnings: [], externalSecret: wanted });
  });

  test.each(['Annotations', 'labels'])('what is for %s has no effect', (target) => {
    const template = { data: { a: 'x' }, templateFrom: [{ target, literal: 'a: b' }] };
    expect(readAll({ target: { template } })).toMatchObject({
      problems: [],
      warnings: [
        `spec.target.template.templateFrom[0].target is "${target}", which has no effect: there is no Secret to put them on`,
      ],
      externalSecret: { templates: [text('a', 'x')] },
    });
  });

  test('that makes no file at all is refused', () => {
    const template = { templateFrom: [{ target: 'Labels', literal: 'a: b' }] };
    expect(read({ target: { template } })).toEqual([
      'spec.target.template makes no file, and with mergePolicy Replace the keys make none either',
    ]);
    expect(read({ target: { template: { ...template, mergePolicy: 'Merge' } } })).toMatchObject({
      keepsKeys: true,
    });
  });

  test.each([
    [
      { engineVersion: 'v1' },
      'engineVersion is "v1", an engine that external-secrets no longer has; write v2',
    ],
    [{ engineVersion: 'v3' }, 'engineVersion is "v3"; it takes v2'],
    [{ mergePolicy: 'merge' }, 'mergePolicy is "merge"; it takes Replace or Merge'],
    [{ data: { port: 5432 } }, 'data must map names to strings'],
    [{ data: { 'a/b': '' } }, 'data["a/b"] is "a/b"; a key is made of letters, digits, "-", "_" and "."'],
    [
      { data: { '..a': '' } },
      'data[..a] is "..a", which cannot be a file: it has a segment that starts with "..", which Keyferry keeps for itself',
    ],
    [
      { data: { 'config.yaml': 'a: 1\nb: {{ .x\n' } },
      'data[config.yaml] is no template: template: config.yaml:3: unclosed action started at config.yaml:2',
    ],
    [
      { data: { a: '{{ nosuch .x }}' } },
      'data[a] is no template: template: a:1: function "nosuch" not defined',
    ],
    [{ templateFrom: {} }, 'templateFrom must be a list'],
    [{ metdata: {} }, 'metdata is not a known field; did you mean metadata?'],
  ])('%j is refused', (template, problem) => {
    expect(read({ target: { template } })).toEqual([`spec.target.template.${problem}`]);
  });

  test.each([
    [{}, 'configMap is missing; an entry of templateFrom takes configMap or literal'],
    [
      { secret: { name: 's', items: [{ key: 'k' }] } },
      'secret reads a Secret, which Keyferry never does; put the template into a ConfigMap or into literal',
    ],
    [{ literal: '{{ end }}' }, 'literal is no template: template: literal:1: unexpected {{end}}'],
    [{ literal: 'a', target: 'spec.x' }, 'target is "spec.x"; it takes Data, Annotations or Labels'],
    [
      { literal: 'a', valuesDecodingStrategy: 'x' },
      'valuesDecodingStrategy is "x"; it takes None, Base64, Base64URL or Auto',
    ],
    [{ configMap: { items: [{ key: 'k' }] } }, 'configMap.name is missing'],
    [
      { configMap: { name: 'A', items: [{ key: 'k' }] } },
      'configMap.name is "A", which cannot be the name of a ConfigMap',
    ],
    [{ configMap: { name: 'a' } }, 'configMap.items is missing: name the keys that hold templates'],
    [{ configMap: { name: 'a', items: 'k' } }, 'configMap.items must be a list'],
    [{ configMap: { name: 'a', items: [{}] } }, 'configMap.items[0].key is missing'],
    [
      { configMap: { name: 'a', items: [{ key: '..' }] } },
      'configMap.items[0].key is "..", which cannot be a file: it has the segment ".."',
    ],
    [
      { configMap: { name: 'a', items: [{ key: 'k', templateAs: 'x' }] } },
      'configMap.items[0].templateAs is "x"; it takes Values or KeysAndValues',
    ],
    [
      { configMap: { name: 'a', items: [{ key: 'k', as: 'x' }] } },
      'configMap.items[0].as is not a known field',
    ],
  ])('templateFrom %j is refused', (entry, problem) => {
    expect(read({ target: { template: { data: { a: 'x' }, templateFrom: [entry] } } })).toEqual([
      `spec.target.template.templateFrom[0].${problem}`,
    ]);
  });
});

test('of many templates that call what there is not, the first ones get a suggestion', () => {
  const data = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`file${index}`, '{{ uper . }}']));
  const { problems } = readAll({ target: { template: { data } } });
  expect(problems).toHaveLength(50);
  expect(problems.filter((problem) => problem.endsWith('; did you mean upper?'))).toHaveLength(20);
});

import { describe, expect, test } from '@jest/globals';
import { read, readAll } from './support.ts';

const from = (...dataFrom: object[]): object => ({ data: [], dataFrom });
const extract = { key: 'payments/fraud-feed' };

test('extract', () => {
  expect(readAll(from({ extract }))).toMatchObject({
    problems: [],
    warnings: [],
    externalSecret: {
      entries: [],
      sets: [
        {
          kind: 'extract',
          place: 'spec.dataFrom[0].extract',
          store: { name: 'vault', kind: 'SecretStore' },
          remote: extract,
          conversion: 'Default',
          refuseNullBytes: false,
          rewrite: [],
        },
      ],
    },
  });
  const more = { property: 'nested', version: '3', conversionStrategy: 'Unicode', decodingStrategy: 'Auto' };
  expect(read(from({ extract: { ...extract, ...more, nullBytePolicy: 'Fail' } }))).toMatchObject({
    sets: [
      {
        remote: { ...extract, property: 'nested', version: '3' },
        conversion: 'Unicode',
        decode: 'auto',
        refuseNullBytes: true,
      },
    ],
  });
});

describe('find', () => {
  test.each([
    [{ path: 'payments' }, { path: 'payments' }],
    [{ path: 'payments/' }, { path: 'payments/' }],
    [{ path: '/' }, { path: '/' }],
    [{ name: { regexp: '^api-.*' } }, { name: '^api-.*' }],
    [{ name: { regexp: String.raw`(?i)\Aa\z` } }, { name: String.raw`(?i)\Aa\z` }],
    [
      { tags: { team: 'payments', env: '' } },
      {
        tags: [
          { name: 'env', value: '' },
          { name: 'team', value: 'payments' },
        ],
      },
    ],
    [{ path: 'a', tags: {} }, { path: 'a' }],
  ])('%j', (find, wanted) => {
    expect(read(from({ find }))).toMatchObject({
      sets: [{ kind: 'find', place: 'spec.dataFrom[0].find', find: wanted }],
    });
  });

  test('says what becomes of what is found', () => {
    const find = {
      path: 'a',
      conversionStrategy: 'Unicode',
      decodingStrategy: 'Base64',
      nullBytePolicy: 'Fail',
    };
    expect(read(from({ find }))).toMatchObject({
      sets: [{ conversion: 'Unicode', decode: 'base64', refuseNullBytes: true }],
    });
  });

  test.each([
    [{}, 'name is missing; find takes a path, a name.regexp or tags'],
    [{ name: {} }, 'name.regexp is missing; ".*" finds every name'],
    [{ name: { regexp: '' } }, 'name.regexp is missing; ".*" finds every name'],
    [
      { name: { regexp: '(' } },
      'name.regexp is no regular expression: error parsing regexp: missing closing )',
    ],
    [
      { name: { regexp: '(?=a)' } },
      'name.regexp is no regular expression: error parsing regexp: invalid or unsupported Perl syntax',
    ],
    [{ name: { regex: 'a', regexp: 'a' } }, 'name.regex is not a known field; did you mean regexp?'],
    [{ path: '../x' }, 'path has the segment ".."'],
    [{ path: 'a//' }, 'path has an empty segment'],
    [{ tags: { team: 1 } }, 'tags must map names to strings'],
    [{ tags: { '': 'x' } }, 'tags has a tag without a name'],
    [{ path: 'a', key: 'x' }, 'key is not a known field'],
  ])('%j is refused', (find, problem) => {
    const problems = read(from({ find }));
    expect(problems).toContain(`spec.dataFrom[0].find.${problem}`);
  });
});

describe('an entry', () => {
  test.each([
    [{}, 'extract is missing; an entry of dataFrom takes extract or find'],
    [
      { sourceRef: { storeRef: { name: 'aws' } } },
      'extract is missing; an entry of dataFrom takes extract or find',
    ],
    [{ extract, find: { path: 'a' } }, 'find stands beside extract; write an entry for each'],
    [{ extract: {} }, 'extract.key is missing'],
    [{ extract, key: 'x' }, 'key is not a known field'],
    [
      { extract: { ...extract, metadataPolicy: 'Fetch' } },
      'extract.metadataPolicy is "Fetch", which is not supported: Keyferry reads values, not tags',
    ],
  ])('%j is refused', (entry, problem) => {
    expect(read(from(entry))).toEqual([`spec.dataFrom[0].${problem}`]);
  });
});

describe('rewrite', () => {
  test('steps stay in their order', () => {
    const rewrite = [
      { regexp: { source: '^payments-(.*)$', target: '$1' } },
      { regexp: { source: 'x', target: '' } },
      { transform: { template: '{{ .value }}' } },
      { merge: {} },
      {
        merge: {
          strategy: 'JSON',
          into: 'all',
          priority: ['b', 'a'],
          priorityPolicy: 'IgnoreNotFound',
          conflictPolicy: 'Ignore',
        },
      },
    ];
    expect(read(from({ find: { path: 'a' }, rewrite }))).toMatchObject({
      sets: [
        {
          rewrite: [
            { kind: 'regexp', source: '^payments-(.*)$', target: '$1' },
            { kind: 'regexp', source: 'x', target: '' },
            { kind: 'transform', template: '{{ .value }}' },
            {
              kind: 'merge',
              strategy: 'Extract',
              into: '',
              priority: [],
              priorityPolicy: 'Strict',
              conflictPolicy: 'Error',
            },
            {
              kind: 'merge',
              strategy: 'JSON',
              into: 'all',
              priority: ['b', 'a'],
              priorityPolicy: 'IgnoreNotFound',
              conflictPolicy: 'Ignore',
            },
          ],
        },
      ],
    });
  });

  test.each([
    [{}, 'regexp is missing; a step of rewrite is one of regexp, transform or merge'],
    [
      { regexp: { source: 'a', target: 'b' }, merge: {} },
      'merge stands beside regexp; write one step of rewrite for each',
    ],
    [{ regexp: { source: 'a' } }, 'regexp.target is missing'],
    [{ regexp: { target: 'a' } }, 'regexp.source is missing'],
    [
      { regexp: { source: '[', target: 'a' } },
      'regexp.source is no regular expression: error parsing regexp: missing closing ]',
    ],
    [{ transform: {} }, 'transform.template is missing'],
    [
      { transform: { template: '{{ if }}' } },
      'transform.template is no template: template: transform:1: missing value for if',
    ],
    [
      { merge: { strategy: 'JSON' } },
      'merge.into is missing: with strategy JSON it names the key that all becomes',
    ],
    [{ merge: { strategy: 'json' } }, 'merge.strategy is "json"; it takes Extract or JSON'],
    [{ merge: { priority: 'a' } }, 'merge.priority must be a list of strings'],
    [{ merge: { priorityPolicy: 'x' } }, 'merge.priorityPolicy is "x"; it takes Strict or IgnoreNotFound'],
    [{ merge: { conflictPolicy: 'x' } }, 'merge.conflictPolicy is "x"; it takes Error or Ignore'],
    [{ merge: { inot: 'x' } }, 'merge.inot is not a known field; did you mean into?'],
    [{ replace: {}, merge: {} }, 'replace is not a known field'],
  ])('%j is refused', (step, problem) => {
    expect(read(from({ extract, rewrite: [step] }))).toEqual([`spec.dataFrom[0].rewrite[0].${problem}`]);
  });
});

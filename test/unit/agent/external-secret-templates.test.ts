import { describe, expect, test } from '@jest/globals';
import { renderFile, type FileInputs } from '../../../agent/core/render.ts';
import type { PlanExternalSecretFile, PlanTargetTemplate } from '../../../lib/plan.ts';
import { planOf } from '../../support/agent/plans.ts';
import { inputsOf, shownRendering } from '../../support/agent/renderings.ts';
import {
  entryOf,
  externalSecretAt,
  mapTemplate,
  templatesFor,
  valuesTemplate,
} from '../../support/agent/template-plans.ts';

const entries = [entryOf('user', { property: 'user' }), entryOf('password', { property: 'password' })];
const database = inputsOf({ 0: '{"user":"u","password":"hunter2"}' });

const rendered = async (
  templates: readonly PlanTargetTemplate[],
  fields: Partial<PlanExternalSecretFile> = {},
  inputs: FileInputs = database,
): Promise<unknown> => {
  const file = externalSecretAt({ entries, templates: [...templates], keepsKeys: false, ...fields });
  const opened = await templatesFor(planOf({ files: [file] }));
  for (const { from } of templates)
    if (from.kind === 'config-map') await opened.learn(inputs.configMap(from.name, from.key) ?? '');
  const rendering = renderFile(file, inputs, opened.begin(new Map()));
  if (rendering?.ok !== true) return shownRendering(rendering);
  return Object.fromEntries(
    rendering.value.files.map(({ path, bytes }) => [path.replace('app/', ''), bytes.reveal().toString()]),
  );
};

const failure = (reason: string): string => `invalid: ExternalSecret "app": ${reason}`;

describe('templates of an ExternalSecret', () => {
  test('make files of the keys, which are none themselves unless they are kept', async () => {
    const dsn = valuesTemplate('dsn', 'postgres://{{ .user }}:{{ .password }}@db');
    expect(await rendered([dsn])).toEqual({ dsn: 'postgres://u:hunter2@db' });
    expect(await rendered([dsn], { keepsKeys: true })).toEqual({
      user: 'u',
      password: 'hunter2',
      dsn: 'postgres://u:hunter2@db',
    });
  });

  test('go over keys and over each other in their order', async () => {
    const templates = [
      valuesTemplate('user', 'one'),
      mapTemplate('user: two\nother: three\n'),
      valuesTemplate('other', 'four'),
    ];
    expect(await rendered(templates, { keepsKeys: true })).toEqual({
      user: 'two',
      password: 'hunter2',
      other: 'four',
    });
  });

  test('see bytes as they are', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x41]);
    const file = externalSecretAt({
      entries: [entryOf('key')],
      templates: [valuesTemplate('copy', '{{ .key }}')],
      keepsKeys: false,
    });
    const opened = await templatesFor(planOf({ files: [file] }));
    const rendering = renderFile(file, inputsOf({ 0: bytes }), opened.begin(new Map()));
    expect(rendering?.ok === true && rendering.value.files[0]?.bytes.reveal()).toEqual(bytes);
  });

  test('are decoded', async () => {
    expect(await rendered([valuesTemplate('a', '{{ .user | b64enc }}', { decode: 'base64' })])).toEqual({
      a: 'u',
    });
    expect(await rendered([valuesTemplate('a', '{{ .password }}!', { decode: 'base64' })])).toBe(
      failure('template "a": key "a": the value is not base64'),
    );
    expect(await rendered([mapTemplate('a: {{ .user | b64enc }}\nb: "!"', { decode: 'base64' })])).toBe(
      failure('template of keys and values: entry 2: the value is not base64'),
    );
  });

  test('without the key that they name fail, and tell no value', async () => {
    expect(await rendered([valuesTemplate('config.yaml', 'a: b\npassword: {{ .pasword }}')])).toBe(
      failure(
        'template "config.yaml": template: config.yaml:2:13: executing "config.yaml" at <.pasword>: map has no entry for key "pasword"',
      ),
    );
  });

  test('cannot make files outside of the folder', async () => {
    expect(await rendered([mapTemplate('../x: y')])).toBe(
      failure('template of keys and values: entry 1 cannot be a file: its name has a "/"'),
    );
    expect(await rendered([mapTemplate('"": y')])).toBe(
      failure('template of keys and values: entry 1 cannot be a file: its name has an empty segment'),
    );
  });

  test.each([
    ['is no name of a file', '{{ .password }}/x: y'],
    ['has no text for a value', '{{ .password }}: [1]'],
  ])('do not tell a secret that they made a name of, where it %s', async (_what, text) => {
    const made = await rendered([mapTemplate(text)]);
    expect(typeof made).toBe('string');
    expect(made).not.toContain('hunter2');
  });
});

describe('keys and values of YAML', () => {
  test('are texts as Go reads them into a map of strings', async () => {
    const yaml =
      'a: 5432\nb: 12345678901234567890\nc: 1.10\nd: yes\ne: ~\nf: "x"\ng: |\n  two\n  lines\nh: 1e7\n1: 0x10\n';
    expect(await rendered([mapTemplate(yaml)])).toEqual({
      1: '16',
      a: '5432',
      b: '12345678901234567890',
      c: '1.1',
      d: 'true',
      e: '',
      f: 'x',
      g: 'two\nlines\n',
      h: '1e+07',
    });
    expect(await rendered([mapTemplate('{{ "" }}')])).toEqual({});
  });

  test.each([
    ['a map', 'a: {b: "{{ .password }}"}', 'the value of entry 1 is not a text'],
    ['a list', 'a: [1]', 'the value of entry 1 is not a text'],
    ['no map', '{{ .password }}', 'what it makes is not a YAML map of names to texts'],
    ['no YAML', '{{ .password }}: [', 'yaml: line 1: the text is no valid YAML'],
  ])('refuse %s and tell no value', async (_what, yaml, reason) => {
    expect(await rendered([mapTemplate(yaml)])).toBe(failure(`template of keys and values: ${reason}`));
  });
});

describe('templates of ConfigMaps', () => {
  const from = { kind: 'config-map', name: 'templates', key: 'config.yaml' } as const;
  const inputs = (text: string) =>
    inputsOf({ 0: '{"user":"u","password":"hunter2"}' }, { 'templates/config.yaml': text });

  test('make what those of the ExternalSecret itself make', async () => {
    const template = { as: 'Values', key: 'config.yaml', from } as const;
    expect(await rendered([template], {}, inputs('user={{ .user | upper }}'))).toEqual({
      'config.yaml': 'user=U',
    });
    expect(await rendered([mapTemplate('', { from })], {}, inputs('a: {{ .user }}'))).toEqual({ a: 'u' });
  });

  test('are named where they fail', async () => {
    const template = { as: 'Values', key: 'config.yaml', from } as const;
    expect(await rendered([template], {}, inputs('{{ .x }}'))).toBe(
      failure(
        'ConfigMap "templates", key "config.yaml": template: config.yaml:1:3: executing "config.yaml" at <.x>: map has no entry for key "x"',
      ),
    );
    expect(await rendered([template], {}, inputs('{{ .x '))).toBe(
      failure('ConfigMap "templates", key "config.yaml": template: config.yaml:1: unclosed action'),
    );
  });

  test('are waited for', async () => {
    expect(await rendered([{ as: 'Values', key: 'config.yaml', from }])).toBe('waits');
  });
});

describe('a template that needs what is gone', () => {
  const removing = { whenGone: 'remove' } as const;
  const template = valuesTemplate('dsn', '{{ .user }}:{{ .token }}');
  const fields = { ...removing, entries: [...entries, entryOf('token', { source: 1 })] };
  const document = { 0: '{"user":"u","password":"p"}' };

  test('keeps its files where they were there before', async () => {
    const before = { 1: { document: Buffer.from('t'), gone: true } };
    expect(await rendered([template], fields, inputsOf({ ...document, ...before }))).toEqual({ dsn: 'u:t' });
  });

  test('fails where they were not', async () => {
    expect(await rendered([template], fields, inputsOf({ ...document, 1: { gone: true } }))).toBe(
      failure(
        'template "dsn": template: dsn:1:15: executing "dsn" at <.token>: map has no entry for key "token"',
      ),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import { renderFile, type FileInputs } from '../../../agent/core/render.ts';
import { openTemplates } from '../../../agent/templates.ts';
import type { PlanTemplateRef } from '../../../lib/plan.ts';
import { planOf } from '../../support/agent/plans.ts';
import { inputsOf, shownRendering } from '../../support/agent/renderings.ts';
import {
  externalSecretAt,
  refOf,
  setOf,
  templateAt,
  templatesFor,
  testTime,
  valuesTemplate,
} from '../../support/agent/template-plans.ts';

const rendered = async (
  template: string,
  refs: readonly PlanTemplateRef[],
  inputs: FileInputs,
): Promise<unknown> => {
  const file = templateAt('config.yaml', template, refs);
  const opened = await templatesFor(planOf({ files: [file] }));
  const rendering = renderFile(file, inputs, opened.begin(new Map()));
  return rendering?.ok === true
    ? rendering.value.files[0]?.bytes.reveal().toString()
    : shownRendering(rendering);
};

describe('secret', () => {
  test('is the text of a ref: its property, decoded', async () => {
    const refs = [refOf('db#user', { property: 'user' }), refOf('api', { source: 1, decode: 'base64' })];
    expect(
      await rendered(
        '{{ secret "db#user" }}/{{ secret "api" | upper }}',
        refs,
        inputsOf({ 0: '{"user":"u"}', 1: 'aGk=' }),
      ),
    ).toBe('u/HI');
  });

  test('is empty where an optional one is missing: its key, or its property', async () => {
    const refs = [
      refOf('key', { optional: true }),
      refOf('db#property', { source: 1, property: 'property', optional: true }),
    ];
    const template = '<{{ secret "key" }}{{ secret "db#property" }}{{ len (secretData "key") }}>';
    expect(await rendered(template, refs, inputsOf({ 0: { gone: false }, 1: '{}' }))).toBe('<0>');
  });

  test('is waited for, whether or not it is optional, until something is known of it', async () => {
    expect(await rendered('{{ secret "a" }}', [refOf('a')], inputsOf({ 0: { gone: true } }))).toBe('waits');
    expect(await rendered('{{ secret "a" }}', [refOf('a', { optional: true })], inputsOf({}))).toBe('waits');
  });

  test('names its ref where it fails, and no value', async () => {
    expect(await rendered('x', [refOf('db#a', { property: 'a' })], inputsOf({ 0: '{"b":"hunter2"}' }))).toBe(
      'not_found: ref "db#a": the secret has no property "a"',
    );
    expect(await rendered('x', [refOf('a', { decode: 'base64' })], inputsOf({ 0: 'hunter2' }))).toBe(
      'invalid: ref "a": the value is not base64',
    );
  });

  test('of a ref that is not in the plan is an error', async () => {
    expect(await rendered('{{ secret "b" }}', [refOf('a')], inputsOf({ 0: 'x' }))).toBe(
      'invalid: template: config.yaml:1:3: executing "config.yaml" at <secret "b">: error calling secret: there is no ref "b" in the plan',
    );
  });
});

describe('secretData', () => {
  const refs = [refOf('db')];

  test('is the document, integers of 64 bits as integers and other numbers as floats', async () => {
    const document =
      '{"a":"x","i":9223372036854775807,"b":9223372036854775808,"f":1.50,"o":{"n":null,"l":[1,true]}}';
    const template =
      '{{ $d := secretData "db" }}{{ $d.a }} {{ $d.i }} {{ printf "%T" $d.i }} {{ printf "%T" $d.b }} {{ $d.f }} {{ printf "%T" $d.f }} {{ index $d.o.l 0 }} {{ index $d.o.l 1 }} {{ $d.o.n }}';
    expect(await rendered(template, refs, inputsOf({ 0: document }))).toBe(
      'x 9223372036854775807 int64 float64 1.5 float64 1 true <no value>',
    );
  });

  test('without the field fails, as what is no JSON object does', async () => {
    expect(await rendered('{{ (secretData "db").b }}', refs, inputsOf({ 0: '{"a":"hunter2"}' }))).toBe(
      'invalid: template: config.yaml:1:15: executing "config.yaml" at <"db">: map has no entry for key "b"',
    );
    for (const document of ['hunter2', '["hunter2"]', '1'])
      expect(await rendered('{{ secretData "db" }}', refs, inputsOf({ 0: document }))).toBe(
        'invalid: template: config.yaml:1:3: executing "config.yaml" at <secretData "db">: error calling secretData: the secret is not a JSON object, so it has no fields',
      );
  });
});

describe('what changes each time', () => {
  const file = templateAt('token', '{{ secret "a" }}-{{ randAlphaNum 20 }}', [refOf('a')]);

  test('is remembered by what goes into it', async () => {
    const opened = await templatesFor(planOf({ files: [file] }));
    const make = (value: string, remembered = new Map()) => {
      const rendering = renderFile(file, inputsOf({ 0: value }), opened.begin(remembered));
      if (rendering?.ok !== true) throw new Error('not made');
      return { text: rendering.value.files[0]!.bytes.reveal().toString(), outputs: rendering.value.outputs };
    };
    const first = make('x');
    expect(first.outputs.size).toBe(1);
    expect(make('x').text).not.toBe(first.text);
    expect(make('x', new Map(first.outputs)).text).toBe(first.text);
    expect(make('y', new Map(first.outputs)).text).not.toBe(first.text);
  });

  test('is nothing of a template that does not', async () => {
    const stable = templateAt('a', '{{ secret "a" | upper }}', [refOf('a')]);
    const opened = await templatesFor(planOf({ files: [stable] }));
    const rendering = renderFile(stable, inputsOf({ 0: 'x' }), opened.begin(new Map()));
    expect(rendering?.ok === true && rendering.value.outputs.size).toBe(0);
  });
});

describe('templates that do not parse', () => {
  test('are all named, with where they stand', async () => {
    const plan = planOf({
      files: [
        templateAt('a', '{{ secret "x"'),
        templateAt('b', '{{ secrt "x" }}'),
        externalSecretAt({
          templates: [valuesTemplate('c', '{{ end }}')],
          sets: [setOf({ rewrite: [{ kind: 'transform', template: '{{ secret "x" }}' }] })],
        }),
      ],
    });
    const opened = await openTemplates(plan, {
      now: () => testTime,
      randomBytes: (size) => Buffer.alloc(size),
    });
    expect(opened.ok ? [] : opened.error).toEqual([
      'template: a:1: unclosed action',
      'template: b:1: function "secrt" not defined; did you mean secret?',
      'ExternalSecret "app": template: c:1: unexpected {{end}}',
      'ExternalSecret "app": template: transform:1: function "secret" not defined',
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { missingKeys } from '../../../lib/external-secrets/missing-keys.ts';
import { readExternalSecret } from '../../../lib/external-secrets/read.ts';

const entry = (secretKey: string) => ({ secretKey, remoteRef: { key: 'payments/db', property: secretKey } });

const missing = (template: object, more: object = {}): readonly string[] => {
  const spec = {
    secretStoreRef: { name: 'vault' },
    data: [entry('user'), entry('password')],
    target: { template },
    ...more,
  };
  const { externalSecret, problems } = readExternalSecret({ metadata: { name: 'app' }, spec });
  expect(problems).toEqual([]);
  return externalSecret === undefined ? [] : missingKeys(externalSecret);
};

const inConfig = (text: string): readonly string[] => missing({ data: { 'app.conf': text } });

const sentence = (name: string, hint = ''): string =>
  `spec.target.template.data[app.conf] uses ".${name}", which no secretKey of spec.data brings; a pod that comes to it does not start${hint}`;

describe('what templates use and data does not bring', () => {
  test('is told with what was meant, each name of a template once', () => {
    expect(inConfig('{{ .pasword }} {{ .pasword }} {{ .user }}')).toEqual([
      sentence('pasword', '; did you mean password?'),
    ]);
  });

  test.each([
    ['in a pipeline', '{{ "a" | printf "%s%s" .far }}'],
    ['in parentheses', '{{ (print .far) | b64enc }}'],
    ['as the condition of an if, and behind it', '{{ if .far }}{{ else }}{{ .far }}{{ end }}'],
    ['as what a range goes over', '{{ range .far }}{{ end }}'],
    ['in the else of a range, where dot is as before', '{{ range list }}{{ else }}{{ .far }}{{ end }}'],
    ['by $ where dot is another one', '{{ with .user }}{{ $.far }}{{ end }}'],
    ['as the data of another template', '{{ define "a" }}{{ end }}{{ template "a" .far }}'],
    ['as a variable', '{{ $x := .far }}{{ $x }}'],
  ])('is found %s', (_where, text) => {
    expect(inConfig(text)).toEqual([sentence('far')]);
  });

  test.each([
    [
      'another dot',
      '{{ with dict "far" 1 }}{{ .far }}{{ end }}{{ range list (dict "far" 1) }}{{ .far }}{{ end }}',
    ],
    ['a template of its own', '{{ define "a" }}{{ .far }}{{ end }}{{ template "a" (dict "far" 1) }}'],
    ['a variable of its own', '{{ $x := dict "far" 1 }}{{ $x.far }}'],
    ['index, which gives an empty text', '{{ index . "far" | default "x" }}'],
    ['names that a secretKey brings', '{{ .user }}:{{ $.password }}'],
  ])('is not made up of %s', (_what, text) => {
    expect(inConfig(text)).toEqual([]);
  });

  test('of literal templates too', () => {
    expect(missing({ templateFrom: [{ literal: 'a: {{ .far }}' }] })).toEqual([
      sentence('far').replace('data[app.conf]', 'templateFrom'),
    ]);
  });

  test('is not known where dataFrom may bring it, nor of ConfigMaps', () => {
    const dataFrom = [{ extract: { key: 'payments/all' } }];
    expect(missing({ data: { 'app.conf': '{{ .far }}' } }, { dataFrom })).toEqual([]);
    const configMap = { name: 'texts', items: [{ key: 'app.conf' }] };
    expect(missing({ templateFrom: [{ configMap }] })).toEqual([]);
  });
});

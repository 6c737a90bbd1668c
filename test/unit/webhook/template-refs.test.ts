import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTemplate } from '../../../webhook/core/template-refs.ts';

const textsOf = (template: string): string[] => readTemplate('t', template).refs.map(({ text }) => text);

describe('refs in templates', () => {
  test.each([
    ['a value', '{{ secret "vault://a#b" }}', ['vault://a#b']],
    ['a document', '{{ (secretData "vault://a").b }}', ['vault://a']],
    ['a raw string', '{{ secret `vault://a#b` }}', ['vault://a#b']],
    ['through a pipe', '{{ "vault://a#b" | secret | quote }}', ['vault://a#b']],
    ['in parentheses', '{{ printf "%s" (secret "vault://a#b") }}', ['vault://a#b']],
    ['in a branch that may never run', '{{ if false }}{{ else }}{{ secret "a" }}{{ end }}', ['a']],
    ['in a template of its own', '{{ define "x" }}{{ secret "a" }}{{ end }}{{ template "x" }}', ['a']],
    ['twice, and out of order', '{{ secret "b" }}{{ secretData "a" }}{{ secret "a" }}', ['a', 'b']],
    ['not in comments and texts', '{{/* secret "x" */}}secret "y"{{ secret "a" }}', ['a']],
  ])('%s', (_what, template, refs) => {
    expect(readTemplate('t', template).problems).toEqual([]);
    expect(textsOf(template)).toEqual(refs);
  });

  test('are read with all that a ref can have', () => {
    const [read] = readTemplate(
      't',
      '{{ secret "vault://a/b?version=2&optional=true&decode=base64#c.d" }}',
    ).refs;
    expect(read?.ref).toEqual({
      store: 'vault',
      key: 'a/b',
      version: '2',
      optional: true,
      decode: 'base64',
      property: 'c.d',
    });
  });

  const notWrittenOut = (name: string, line: number): string =>
    `line ${line}: ${name} takes one ref, written out between quotes as in {{ ${name} "<store>://<key>" }}; what is fetched has to be known before the template runs`;

  test.each([
    ['a variable', '{{ $x := "a" }}\n{{ secret $x }}', notWrittenOut('secret', 2)],
    ['a field', '{{ secretData .ref }}', notWrittenOut('secretData', 1)],
    ['a call', '{{ secret (print "a") }}', notWrittenOut('secret', 1)],
    ['a number', '{{ secret 1 }}', notWrittenOut('secret', 1)],
    ['nothing', '{{ secret }}', notWrittenOut('secret', 1)],
    ['two refs', '{{ secret "a" "b" }}', notWrittenOut('secret', 1)],
    ['the function itself', '{{ call secret "a" }}', notWrittenOut('secret', 1)],
    ['no ref', '\n\n{{ secret "" }}', 'line 3: in "", the key is empty'],
    ['a bad ref', '{{ secretData "a/../b" }}', 'line 1: in "a/../b", the key has the segment ".."'],
    [
      'an unknown function',
      '{{ secert "a" }}',
      'template: t:1: function "secert" not defined; did you mean secret?',
    ],
    ['no template', '{{ secret "a" ', 'template: t:1: unclosed action'],
  ])('that are %s are refused', (_what, template, problem) => {
    expect(readTemplate('t', template)).toEqual({ refs: [], problems: [problem] });
  });

  test('that are none are missed', () => {
    const { problems } = readTemplate('t', 'password: {{ .password }}');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^calls neither secret nor secretData, so there is nothing to fetch; /);
  });
});

describe('a template that was read', () => {
  test('is found again, by its name too', () => {
    const template = '{{ secret "a" }}';
    const read = readTemplate('one', template);
    expect(readTemplate('one', template)).toBe(read);
    expect(readTemplate('two', template)).not.toBe(read);
  });

  test('is forgotten when 1 Mi characters of others came, the one that was not used for longest first', () => {
    const large = (index: number): string => `{{ secret "a" }}${'x'.repeat(2 ** 18)}${index}`;
    const first = readTemplate('t', large(0));
    const second = readTemplate('t', large(1));
    readTemplate('t', large(2));
    expect(readTemplate('t', large(0))).toBe(first);
    readTemplate('t', large(3));
    expect(readTemplate('t', large(0))).toBe(first);
    expect(readTemplate('t', large(1))).not.toBe(second);
  });

  test('is refs or problems, whatever the text', () => {
    const words = fc.constantFrom(
      '{{',
      '}}',
      'secret',
      ' "a"',
      ' "',
      '|',
      '(',
      ')',
      '.',
      '$x',
      ':=',
      '\n',
      'end',
      'if ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }), (parts) => {
        const { refs, problems } = readTemplate('t', parts.join(''));
        expect(refs.length + problems.length).toBeGreaterThan(0);
      }),
    );
  });
});

import { expect, test } from '@jest/globals';
import { functionNames } from '../../../lib/template/functions/table.ts';
import { parseChecked } from '../../../lib/template/checked.ts';

test('a template may call all functions there are, and those that are given besides', () => {
  const all = [...functionNames].map((name) => `{{ $x := ${name} }}`).join('');
  expect(parseChecked('t', all).ok).toBe(true);
  expect(parseChecked('t', '{{ secret "a" }}').ok).toBe(false);
  expect(parseChecked('t', '{{ secret "a" }}', ['secret']).ok).toBe(true);
});

test.each([
  ['uppr', 'upper'],
  ['printff', 'printf'],
  ['secert', 'secret'],
  ['b64dce', 'b64dec'],
])('of %s it says that %s was meant', (wrong, right) => {
  expect(parseChecked('t', `\n{{ ${wrong} "a" }}`, ['secret'])).toEqual({
    ok: false,
    error: `template: t:2: function "${wrong}" not defined; did you mean ${right}?`,
  });
});

test('of what is like nothing, it says what Go does', () => {
  expect(parseChecked('t', '{{ somethingElseAltogether }}')).toEqual({
    ok: false,
    error: 'template: t:1: function "somethingElseAltogether" not defined',
  });
  expect(parseChecked('t', '{{ end }}')).toEqual({ ok: false, error: 'template: t:1: unexpected {{end}}' });
});

import { describe, expect, test } from '@jest/globals';
import fastCheck from 'fast-check';
import { Acl } from '../../../emulators/vault/policies/acl.ts';
import { parsePolicy } from '../../../emulators/vault/policies/policy.ts';
import { dataOf, deniedError, errorsOf, startFixture } from './fixture.ts';
import type { Operation } from '../../../emulators/vault/policies/acl.ts';

function acl(...texts: string[]): Acl {
  const policies = texts.map((text, index) => {
    const policy = parsePolicy(`p${index}`, text);
    if (!policy.ok) throw new Error(policy.error);
    return policy.value;
  });
  return new Acl(policies, '', false);
}

const path = (name: string, ...capabilities: string[]): string =>
  `path "${name}" { capabilities = ${JSON.stringify(capabilities)} }\n`;

describe('the most specific path decides', () => {
  const rules: [string, string, Operation, string, boolean][] = [
    ['nothing fits', path('a/b', 'read'), 'read', 'a/c', false],
    ['the exact path', path('a/b', 'read'), 'read', 'a/b', true],
    ['another capability', path('a/b', 'read'), 'update', 'a/b', false],
    ['a prefix', path('a/*', 'read'), 'read', 'a/b/c', true],
    ['a prefix inside a name', path('a/b*', 'read'), 'read', 'a/bcd', true],
    ['not what a prefix stands in', path('a/*', 'read'), 'read', 'a', false],
    ['a star that is not last is a star', path('a/*/c', 'read'), 'read', 'a/b/c', false],
    ['exact before prefix', path('a/*', 'read') + path('a/b', 'list'), 'read', 'a/b', false],
    ['the longer prefix', path('a/*', 'read') + path('a/b/*', 'list'), 'read', 'a/b/c', false],
    ['a segment', path('a/+/c', 'read'), 'read', 'a/b/c', true],
    ['one segment only', path('a/+/c', 'read'), 'read', 'a/b/b/c', false],
    ['a segment at the start', path('+/c', 'read'), 'read', 'a/c', true],
    ['a segment and a prefix', path('a/+/c*', 'read'), 'read', 'a/b/cd/e', true],
    [
      'later wildcards before earlier ones',
      path('a/+/c', 'read') + path('a/b*', 'list'),
      'read',
      'a/b/c',
      false,
    ],
    ['no prefix before a prefix', path('a/+/c*', 'read') + path('a/+/c', 'list'), 'read', 'a/b/c', false],
    [
      'fewer segments before more',
      path('a/+/+/d', 'read') + path('a/+/!/d', 'list'),
      'read',
      'a/b/!/d',
      false,
    ],
    [
      'the longer, though later in no alphabet',
      path('a/+/b/+/*', 'read') + path('a/+/+/d/ee*', 'list'),
      'read',
      'a/x/b/d/eef',
      false,
    ],
    ['the longer of two', path('a/+/c*', 'read') + path('a/+/cd*', 'list'), 'read', 'a/b/cde', false],
    ['deny', path('a/*', 'read') + path('a/b', 'deny', 'read'), 'read', 'a/b', false],
    ['a list without its last slash', path('a/b', 'list'), 'list', 'a/b/', true],
    ['a read does not look there', path('a/b', 'read'), 'read', 'a/b/', false],
    ['a list by a prefix', path('a/b*', 'list'), 'list', 'a/b/', true],
    ['a leading slash is nothing', path('/a/b', 'read'), 'read', 'a/b', true],
  ];

  test.each(rules)('%s', (...[, text, operation, asked, allowed]) => {
    expect(acl(text).allows(operation, asked)).toBe(allowed);
  });

  test('and several policies for it are added up, but for deny', () => {
    const [read, update, deny] = [path('a/*', 'read'), path('a/*', 'update'), path('a/*', 'deny')];
    expect(acl(read, update).allows('update', 'a/b')).toBe(true);
    expect(acl(read, update).allows('read', 'a/b')).toBe(true);
    for (const policies of [
      [read, deny],
      [deny, read],
    ])
      expect(acl(...policies).allows('read', 'a/b')).toBe(false);
  });

  test('whatever the order of the rules is', () => {
    const names = ['a/b', 'a/*', 'a/b*', 'a/+/c', 'a/+/c*', '+/b/c', 'a/b/*', '*'];
    const rule = fastCheck.tuple(
      fastCheck.constantFrom(...names),
      fastCheck.constantFrom('read', 'list', 'deny'),
    );
    fastCheck.assert(
      fastCheck.property(fastCheck.array(rule, { maxLength: 6 }), (chosen) => {
        const text = chosen.map(([name, capability]) => path(name, capability));
        const [there, back] = [acl(text.join('')), acl(text.reverse().join(''))];
        for (const asked of ['a/b', 'a/b/c', 'a/x/c', 'a/x/cd', 'z'])
          expect(there.allows('read', asked)).toBe(back.allows('read', asked));
      }),
    );
  });
});

describe('a mount can be seen', () => {
  test.each([
    ['by a rule on it', path('kv/*', 'read'), true],
    ['by an exact rule below it', path('kv/data/a', 'read'), true],
    ['by a prefix below it', path('kv/data/a*', 'list'), true],
    ['by a prefix above it', path('k*', 'read'), true],
    ['by a segment below it', path('kv/+/a', 'read'), true],
    ['by a segment that may be it', path('+/data/a', 'read'), true],
    ['not by a denial', path('kv/data/a', 'deny'), false],
    ['not by no capabilities', path('kv/data/a'), false],
    ['not by another mount', path('other/data/a', 'read') + path('kvx/data/a', 'read'), false],
    ['not by a denial of all of it', path('kv/*', 'deny'), false],
  ])('%s', (_name, text, visible) => {
    expect(acl(text).canSeeMount('kv/')).toBe(visible);
  });
});

describe('a policy is refused as', () => {
  test.each([
    ['path "a" { capabilities = ["fly"] }', 'path "a": invalid capability "fly"'],
    [
      'path "a/+*" { capabilities = ["read"] }',
      'path "a/+*": invalid use of wildcards (\'+*\' is forbidden)',
    ],
    ['path "a" { allowed_parameters = ["x"] }', 'path "a": this server does not know "allowed_parameters"'],
    ['path "a" { capabilities = ["read" }', 'expected a string, found }'],
    ['path "a" { capabilities "read" }', 'expected =, found "read"'],
    ['path "a\\q" {}', '"a\\q" has an escape that is none'],
    ['path a { }', 'expected a path in quotes, found a'],
    ['path "a" {', 'expected }, found end of text'],
    ['rule "a" {}', 'expected path, found rule'],
    ['path "a" { capabilities = [\'read\'] }', 'illegal character at offset 27'],
    ['{"paths": {}}', "invalid key 'paths'"],
    ['{"path": []}', 'path must be an object'],
    ['{"path": {"a": 1}}', 'path "a": must be an object'],
    ['{', 'not JSON'],
  ])('%s', (text, error) => {
    expect(parsePolicy('x', text)).toEqual({ ok: false, error: `failed to parse policy: ${error}` });
  });

  test('never ends in anything but an answer', () => {
    const pieces = fastCheck.constantFrom(
      'path "a" {',
      'path',
      '"a"',
      '"\\q"',
      '{',
      '}',
      '=',
      '[',
      ']',
      ',',
      'x',
      '#',
      '\n',
      '"',
    );
    fastCheck.assert(
      fastCheck.property(fastCheck.array(pieces, { size: 'medium' }), (chosen) => {
        expect(typeof parsePolicy('x', chosen.join(' ')).ok).toBe('boolean');
      }),
    );
  });
});

test('comments, lists over lines and JSON are understood', () => {
  const hcl =
    '# one\n// two\npath "a" { /* three */\n  comment = "x"\n  capabilities = [\n "read", "list", ] }';
  const json = JSON.stringify({ path: { a: { capabilities: ['read', 'list'] } } });
  const [one, two] = [parsePolicy('x', hcl), parsePolicy('x', json)];
  expect(one.ok && one.value.rules).toEqual([{ path: 'a', capabilities: new Set(['read', 'list']) }]);
  expect(two.ok && two.value.rules).toEqual(one.ok && one.value.rules);
});

describe('over HTTP', () => {
  test('policies are written, read, listed and deleted, and act at once', async () => {
    const { call, vault, logIn } = await startFixture();
    const [token, root] = [await logIn(), { token: vault.rootToken }];
    const name = 'sys/policies/acl/payments';
    expect((await call('GET', 'secret/data/payments/db', { token })).status).toBe(200);
    const policy = 'path "secret/data/none" { capabilities = ["read"] }';
    expect((await call('PUT', name, { ...root, body: { policy } })).status).toBe(204);
    expect(errorsOf(await call('GET', 'secret/data/payments/db', { token }))).toEqual([deniedError]);
    expect(dataOf(await call('GET', name, root))).toEqual({ name: 'payments', policy });
    expect(dataOf(await call('GET', 'sys/policy/payments', root))).toEqual({
      name: 'payments',
      rules: policy,
    });
    const list = await call('GET', 'sys/policies/acl?list=true', root);
    expect(dataOf(list)).toEqual({ keys: ['default', 'payments', 'root'] });
    expect((await call('DELETE', name, root)).status).toBe(204);
    expect((await call('GET', name, root)).status).toBe(404);
  });

  test('writes are told apart: creation and update', async () => {
    const { call, vault } = await startFixture();
    const root = { token: vault.rootToken };
    await vault.policy('creator', path('old/new', 'create') + path('secret/data/new', 'create'));
    const made = await call('POST', 'auth/token/create', { ...root, body: { policies: 'creator' } });
    const { client_token: token } = made.body?.['auth'] as { client_token: string };
    for (const [name, body] of [
      ['old/new', { a: 1 }],
      ['secret/data/new', { data: {} }],
    ] as const) {
      expect((await call('POST', name, { token, body })).status).toBeLessThan(300);
      expect(errorsOf(await call('POST', name, { token, body }))).toEqual([deniedError]);
    }
  });

  test('enabling an auth method asks for sudo', async () => {
    const { call, vault } = await startFixture();
    const root = { token: vault.rootToken };
    const statuses = [];
    for (const more of [[], ['sudo']]) {
      await vault.policy('admin', path('sys/auth/*', 'update', ...more));
      const made = await call('POST', 'auth/token/create', { ...root, body: { policies: 'admin' } });
      const { client_token: token } = made.body?.['auth'] as { client_token: string };
      statuses.push((await call('POST', 'sys/auth/new', { token, body: { type: 'jwt' } })).status);
    }
    expect(statuses).toEqual([403, 204]);
  });

  test.each([
    [{}, "'policy' parameter not supplied or empty"],
    [{ policy: 'x' }, 'failed to parse policy: expected path, found x'],
  ])('a policy %j is refused', async (body, error) => {
    const { call, vault } = await startFixture();
    const reply = await call('POST', 'sys/policies/acl/new', { token: vault.rootToken, body });
    expect([reply.status, errorsOf(reply)]).toEqual([400, [error]]);
  });
});

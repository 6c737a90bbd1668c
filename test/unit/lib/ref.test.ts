import { describe, expect, test } from '@jest/globals';
import { parseRef, type Ref } from '../../../lib/ref.ts';

const good: readonly (readonly [string, Ref])[] = [
  ['payments/db', { key: 'payments/db', optional: false }],
  [
    'vault-backend://payments/db#password',
    { store: 'vault-backend', key: 'payments/db', property: 'password', optional: false },
  ],
  [
    'aws-secretsmanager://payments/fraud-feed?stage=AWSPREVIOUS#api_key',
    {
      store: 'aws-secretsmanager',
      key: 'payments/fraud-feed',
      stage: 'AWSPREVIOUS',
      property: 'api_key',
      optional: false,
    },
  ],
  [
    'arn:aws:secretsmanager:eu-west-1:1:secret:a-b',
    { key: 'arn:aws:secretsmanager:eu-west-1:1:secret:a-b', optional: false },
  ],
  [
    'a?version=3&decode=base64url&optional=true',
    { key: 'a', version: '3', decode: 'base64url', optional: true },
  ],
  ['a?optional=false', { key: 'a', optional: false }],
  ['/full/path', { key: '/full/path', optional: false }],
  ['s:///full', { store: 's', key: '/full', optional: false }],
  ['a%20b+c%2Fd', { key: 'a b+c/d', optional: false }],
  ['a%2523', { key: 'a%23', optional: false }],
  ['a#b#c', { key: 'a', property: 'b#c', optional: false }],
  ['a#b%3F', { key: 'a', property: 'b?', optional: false }],
  ['a?version=x=y', { key: 'a', version: 'x=y', optional: false }],
  ['a#versions?x=1', { key: 'a', property: 'versions?x=1', optional: false }],
  ['...', { key: '...', optional: false }],
  [
    'pki/issue/web?parameter.ttl=24h&parameter.common_name=a.svc%26b%3D1&version=3#certificate',
    {
      key: 'pki/issue/web',
      optional: false,
      version: '3',
      property: 'certificate',
      parameters: [
        { name: 'common_name', value: 'a.svc&b=1' },
        { name: 'ttl', value: '24h' },
      ],
    },
  ],
  [
    'a?parameter.__proto__=x&parameter.constructor=y',
    {
      key: 'a',
      optional: false,
      parameters: [
        { name: '__proto__', value: 'x' },
        { name: 'constructor', value: 'y' },
      ],
    },
  ],
  ['a#parameter.x', { key: 'a', property: 'parameter.x', optional: false }],
];

const bad: readonly (readonly [string, readonly string[]])[] = [
  ['', ['the key is empty']],
  ['store://', ['the key is empty']],
  ['://key', ['"" before "://" cannot be the name of a store: lower case letters, digits, "-" and "."']],
  [
    'Store://key',
    ['"Store" before "://" cannot be the name of a store: lower case letters, digits, "-" and "."'],
  ],
  ['a//b', ['the key has an empty segment']],
  ['a/', ['the key has an empty segment']],
  ['//a', ['the key has an empty segment']],
  ['a/../b', ['the key has the segment ".."']],
  ['%2e%2E/b', ['the key has the segment ".."']],
  ['./..', ['the key has the segment "."', 'the key has the segment ".."']],
  ['a\u0000b', ['the key has a control character']],
  ['a%7Fb', ['the key has a control character']],
  ['a%C2%85', ['the key has a control character']],
  ['a%', ['the key has a "%" that is not followed by two hex digits of UTF-8 text; write a plain % as %25']],
  [
    'a%FF',
    ['the key has a "%" that is not followed by two hex digits of UTF-8 text; write a plain % as %25'],
  ],
  ['a#', ['the property is empty']],
  ['a#%0a', ['the property has a control character']],
  ['a?', ['unknown parameter ""; it takes version, stage, decode, optional and parameter.<name>']],
  ['a?vresion=1', ['unknown parameter "vresion"; did you mean version?']],
  [
    'a?constructor=1',
    ['unknown parameter "constructor"; it takes version, stage, decode, optional and parameter.<name>'],
  ],
  [
    'a?parameter=1',
    ['unknown parameter "parameter"; it takes version, stage, decode, optional and parameter.<name>'],
  ],
  ['a?paramter.ttl=1', ['unknown parameter "paramter.ttl"; did you mean parameter.ttl?']],
  [
    'a?parameter.=1',
    ['"parameter." is no parameter; behind "parameter." stands a name of letters, digits, "_", "." and "-"'],
  ],
  [
    'a?parameter.a%20b=1',
    [
      '"parameter.a%20b" is no parameter; behind "parameter." stands a name of letters, digits, "_", "." and "-"',
    ],
  ],
  ['a?parameter.ttl=1&parameter.ttl=2', ['"parameter.ttl" is given twice']],
  ['a?parameter.ttl=', ['"parameter.ttl" is empty']],
  ['a?parameter.ttl', ['"parameter.ttl" is empty']],
  ['a?parameter.ttl=%0A', ['"parameter.ttl" has a control character']],
  [
    'a?parameter.ttl=%',
    [
      '"parameter.ttl" has a "%" that is not followed by two hex digits of UTF-8 text; write a plain % as %25',
    ],
  ],
  ['a#b?parameter.ttl=1', ['the parameters stand behind the property: write <key>?<parameters>#<property>']],
  ['a?version', ['"version" is empty']],
  ['a?version=1&version=2', ['"version" is given twice']],
  ['a?version=%0A', ['"version" has a control character']],
  ['a?decode=hex', ['"decode" is "hex"; it takes base64, base64url or auto']],
  ['a?optional=yes', ['"optional" is "yes"; it takes true or false']],
  ['a#b?version=1', ['the parameters stand behind the property: write <key>?<parameters>#<property>']],
];

describe('parseRef', () => {
  test.each(good)('%j', (text, ref) => {
    expect(parseRef(text)).toEqual({ ok: true, value: ref });
  });

  test.each(bad)('%j is refused', (text, problems) => {
    expect(parseRef(text)).toEqual({ ok: false, error: problems });
  });

  test('tells all problems at once', () => {
    const parsed = parseRef('X://a//..?a=1&decode=&decode=b#');
    expect(parsed.ok ? 0 : parsed.error.length).toBe(7);
  });
});

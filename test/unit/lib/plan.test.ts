import { describe, expect, test } from '@jest/globals';
import { planHash, trustlessPlan } from '../../../lib/plan-hash.ts';
import { encodePlan, parsePlan, type Plan } from '../../../lib/plan.ts';

const plan: Plan = {
  version: 1,
  lifecycle: 'native',
  namespace: 'payments',
  serviceAccount: 'payments-api',
  stores: [
    {
      name: 'vault-backend',
      kind: 'SecretStore',
      provider: {
        type: 'vault',
        server: 'https://vault.example:8200',
        allowHttp: false,
        path: '',
        kvVersion: 'v2',
        auth: { method: 'jwt', mountPath: 'jwt', role: 'r', token: 'vault' },
      },
    },
    { name: 'files', kind: 'ClusterSecretStore', provider: { type: 'file', path: '/srv/x', root: '/srv' } },
  ],
  sources: [{ store: 0, key: '$(HOME)/$$', version: '1', intervalSeconds: 0 }],
  files: [
    { source: 0, path: 'a', kind: 'value', property: 'p', decode: 'auto', optional: true, mode: '0440' },
  ],
  fileGroup: null,
  startTimeoutSeconds: 20,
  port: 0,
};

type Copy = Record<string, unknown> & Record<'stores' | 'sources' | 'files', [Record<string, unknown>]>;

/** The plan with one place changed, as text. */
const changed = (change: (copy: Copy) => void): string => {
  const copy = structuredClone(plan) as unknown as Copy;
  change(copy);
  return JSON.stringify(copy);
};

describe('encodePlan', () => {
  test('is read back as it was', () => {
    expect(parsePlan(encodePlan(plan))).toEqual({ ok: true, value: plan });
  });

  test('has no dollar sign, which the kubelet would expand, and no line break', () => {
    const encoded = encodePlan({ ...plan, namespace: 'a$$\nb' });
    expect(encoded).not.toMatch(/[$\n]/);
    expect(parsePlan(encoded)).toMatchObject({ ok: true, value: { namespace: 'a$$\nb' } });
  });

  test('gives the same bytes whatever the order of keys', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .map(([key, item]) => [key, reversed(item)] as const)
          .reverse(),
      );
    };
    expect(encodePlan(reversed(plan) as Plan)).toBe(encodePlan(plan));
  });

  test('refuses what the agent would refuse', () => {
    expect(() => encodePlan({ ...plan, namespace: '' })).toThrow();
  });
});

describe('parsePlan', () => {
  test.each([
    ['', ['plan: not JSON']],
    ['{', ['plan: not JSON']],
    ['null', [/^plan: Invalid input: expected object/]],
    [changed((copy) => Object.assign(copy, { version: 2 })), [/^version: /]],
    [changed((copy) => Object.assign(copy, { extra: 1 })), [/^plan: Unrecognized key: "extra"/]],
    [changed((copy) => Object.assign(copy.stores[0], { extra: 1 })), [/^stores\.0: Unrecognized key/]],
    [changed((copy) => Object.assign(copy, { sources: [] })), [/^sources: /, /^/]],
    [changed((copy) => Object.assign(copy, { files: [] })), [/^files: /]],
    [changed((copy) => Object.assign(copy, { port: 65_536 })), [/^port: /]],
    [changed((copy) => Object.assign(copy, { startTimeoutSeconds: 0 })), [/^startTimeoutSeconds: /]],
    [changed((copy) => Object.assign(copy, { fileGroup: -1 })), [/^fileGroup: /]],
    [changed((copy) => Object.assign(copy.files[0], { mode: '440' })), [/^files\.0\.mode: /]],
    [changed((copy) => Object.assign(copy.sources[0], { store: 2 })), ['sources.0.store: no such store']],
    [
      changed((copy) => {
        copy.files = [
          {
            ...{ path: 'a', kind: 'external-secret', name: 'a', sets: [], entries: [], whenGone: 'keep' },
            ...{ keepsKeys: true, optional: false, mode: '0440' },
          },
        ];
      }),
      ['files.0: names no source'],
    ],
    [changed((copy) => Object.assign(copy.files[0], { source: 1 })), ['files.0.source: no such source']],
  ] as readonly (readonly [string, readonly (string | RegExp)[]])[])('%#', (encoded, problems) => {
    const parsed = parsePlan(encoded);
    const found = parsed.ok ? [] : parsed.error;
    expect(found.length).toBeGreaterThan(0);
    found.forEach((text, index) => {
      expect(text).toMatch(problems[index] ?? /^$/);
    });
  });

  test('lists everything that is wrong', () => {
    const parsed = parsePlan(
      changed((copy) => Object.assign(copy, { port: -1, lifecycle: 'x', namespace: '' })),
    );
    expect(parsed.ok ? [] : parsed.error.map((text) => text.split(':')[0])).toEqual([
      'lifecycle',
      'namespace',
      'port',
    ]);
  });
});

describe('the name of a plan', () => {
  test('is the start of its SHA-256', () => {
    expect(planHash('abc')).toBe('ba7816bf8f01cfea');
  });

  test("does not depend on the broker's certificates, and on everything else", () => {
    const withTrust = (trust: string, server = 'https://broker'): string =>
      JSON.stringify({ version: 1, files: ['"trust":$'], broker: { server, token: 'keyferry', trust } });
    expect(planHash(withTrust('first\n$'))).toBe(planHash(withTrust('')));
    expect(planHash(withTrust('', 'https://other'))).not.toBe(planHash(withTrust('')));
    expect(trustlessPlan(withTrust('first'))).toBe(withTrust(''));
    expect(trustlessPlan('{"trust":')).toBe('{"trust":');
  });
});

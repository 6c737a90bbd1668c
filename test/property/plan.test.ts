import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodePlan, maximumPlanBytes, parsePlan, type Plan } from '../../lib/plan.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.constantFrom('$', '$$', '$(HOME)', '\\u0024', '\\$', '"', '\n'),
);
const natural = fc.nat({ max: 1e9 });

const vault = fc.record(
  {
    type: fc.constant('vault' as const),
    server: text,
    allowHttp: fc.boolean(),
    path: fc.oneof(text, fc.constant('')),
    kvVersion: fc.constantFrom('v1' as const, 'v2' as const),
    namespace: text,
    caBundle: text,
    serverName: text,
    auth: fc.record(
      {
        method: fc.constantFrom('kubernetes' as const, 'jwt' as const),
        mountPath: text,
        role: text,
        namespace: text,
        token: text,
      },
      { requiredKeys: ['method', 'mountPath', 'role', 'token'] },
    ),
  },
  { requiredKeys: ['type', 'server', 'allowHttp', 'path', 'kvVersion', 'auth'] },
);
const role = fc.record(
  {
    arn: text,
    externalId: text,
    sessionTags: fc.array(fc.record({ key: text, value: fc.string() }), { maxLength: 2 }),
    transitiveTagKeys: fc.array(text, { maxLength: 2 }),
  },
  { requiredKeys: ['arn'] },
);
const aws = fc.record(
  {
    type: fc.constant('aws' as const),
    region: text,
    allowHttp: fc.boolean(),
    secretsManagerEndpoint: text,
    stsEndpoint: text,
    caBundle: text,
    prefix: fc.oneof(text, fc.constant('')),
    auth: fc.record({
      token: text,
      podIdentity: fc.boolean(),
      roles: fc.array(role, { maxLength: 3 }),
      sessionName: text,
    }),
  },
  { requiredKeys: ['type', 'region', 'allowHttp', 'prefix', 'auth'] },
);
const file = fc.record({ type: fc.constant('file' as const), path: text, root: text });

const plan: fc.Arbitrary<Plan> = fc.record({
  version: fc.constant(1 as const),
  lifecycle: fc.constantFrom('native' as const, 'init+sidecar' as const, 'init' as const, 'sidecar' as const),
  namespace: text,
  serviceAccount: text,
  stores: fc.array(
    fc.record({
      name: text,
      kind: fc.constantFrom('SecretStore' as const, 'ClusterSecretStore' as const),
      provider: fc.oneof(vault, aws, file),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  sources: fc.array(
    fc.record(
      {
        store: fc.constant(0),
        key: text,
        version: text,
        stage: text,
        parameters: fc.array(fc.record({ name: text, value: fc.string() }), { maxLength: 2 }),
        intervalSeconds: natural,
      },
      { requiredKeys: ['store', 'key', 'intervalSeconds'] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  files: fc.array(
    fc.record(
      {
        source: fc.constant(0),
        path: text,
        kind: fc.constantFrom('value' as const, 'extract' as const),
        property: text,
        decode: fc.constantFrom('base64' as const, 'base64url' as const, 'auto' as const),
        optional: fc.boolean(),
        mode: fc.stringMatching(/^0[0-7]{3}$/),
      },
      { requiredKeys: ['source', 'path', 'kind', 'optional', 'mode'] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
  fileGroup: fc.option(natural),
  startTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
  port: fc.integer({ min: 0, max: 65_535 }),
});

/** What the kubelet makes of a variable's value, where no variable is known: https://pkg.go.dev/k8s.io/kubernetes/third_party/forked/golang/expansion */
const expanded = (value: string): string => value.replaceAll('$$', '$');

describe('plans', () => {
  test('are read as they were written, on one line, past the kubelet', () => {
    fc.assert(
      fc.property(plan, (value) => {
        const encoded = encodePlan(value);
        expect(encoded).not.toMatch(/[$\n]/);
        expect(expanded(encoded)).toBe(encoded);
        expect(parsePlan(encoded)).toEqual({ ok: true, value });
        expect(encodePlan(JSON.parse(encoded) as Plan)).toBe(encoded);
      }),
    );
  });

  test('anything else is refused with reasons, and nothing throws', () => {
    const broken = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ version: 1, files: value, sources: value })),
    );
    fc.assert(
      fc.property(broken, (encoded) => {
        const parsed = parsePlan(encoded);
        expect(parsed.ok ? [] : parsed.error.length).toBeGreaterThan(0);
      }),
    );
  });

  test('a field more or less is refused', () => {
    fc.assert(
      fc.property(plan, fc.string({ minLength: 1 }), fc.nat(), (value, extra, index) => {
        const fields = Object.keys(value);
        const dropped = fields[index % fields.length] ?? '';
        const less = Object.fromEntries(Object.entries(value).filter(([name]) => name !== dropped));
        expect(parsePlan(JSON.stringify(less)).ok).toBe(false);
        if (fields.includes(extra) || extra === '__proto__') return;
        expect(parsePlan(JSON.stringify({ ...value, [extra]: 1 })).ok).toBe(false);
      }),
    );
  });

  test('the limit leaves room for what the kernel takes', () => {
    expect(maximumPlanBytes + 'KEYFERRY_PLAN='.length + 1).toBeLessThan(128 * 1024);
  });
});

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

const pairs = fc.array(fc.record({ name: text, value: fc.string() }), { maxLength: 2 });
const keyed = fc.record(
  {
    store: fc.constant(0),
    key: text,
    version: text,
    stage: text,
    parameters: pairs,
    intervalSeconds: natural,
  },
  { requiredKeys: ['store', 'key', 'intervalSeconds'] },
);
const found = fc.record({
  store: fc.constant(0),
  key: fc.constant(''),
  find: fc.record({ path: text, name: text, tags: pairs }, { requiredKeys: [] }),
  intervalSeconds: natural,
});

const mode = fc.stringMatching(/^0[0-7]{3}$/);
const decode = fc.constantFrom('base64' as const, 'base64url' as const, 'auto' as const);
const source = fc.constant(0);
const secretFile = fc.record(
  {
    source,
    path: text,
    kind: fc.constantFrom('value' as const, 'extract' as const),
    property: text,
    decode,
    optional: fc.boolean(),
    mode,
  },
  { requiredKeys: ['source', 'path', 'kind', 'optional', 'mode'] },
);
const templateFile = fc.record({
  path: text,
  kind: fc.constant('template' as const),
  template: fc.string(),
  refs: fc.array(
    fc.record(
      { text, source, property: text, decode, optional: fc.boolean() },
      { requiredKeys: ['text', 'source', 'optional'] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  optional: fc.boolean(),
  mode,
});
const rewrite = fc.oneof(
  fc.record({ kind: fc.constant('regexp' as const), source: fc.string(), target: fc.string() }),
  fc.record({ kind: fc.constant('transform' as const), template: fc.string() }),
  fc.record({
    kind: fc.constant('merge' as const),
    strategy: fc.constantFrom('Extract' as const, 'JSON' as const),
    into: fc.string(),
    priority: fc.array(fc.string(), { maxLength: 2 }),
    priorityPolicy: fc.constantFrom('Strict' as const, 'IgnoreNotFound' as const),
    conflictPolicy: fc.constantFrom('Error' as const, 'Ignore' as const),
  }),
);
const entrySet = fc.record(
  {
    kind: fc.constantFrom('extract' as const, 'find' as const),
    source,
    property: text,
    decode,
    conversion: fc.constantFrom('Default' as const, 'Unicode' as const),
    rewrite: fc.array(rewrite, { maxLength: 3 }),
    refuseNullBytes: fc.boolean(),
  },
  { requiredKeys: ['kind', 'source', 'conversion', 'rewrite', 'refuseNullBytes'] },
);
const entry = fc.record(
  { secretKey: text, source, property: text, decode, refuseNullBytes: fc.boolean() },
  { requiredKeys: ['secretKey', 'source', 'refuseNullBytes'] },
);
const targetTemplate = fc.record(
  {
    as: fc.constantFrom('Values' as const, 'KeysAndValues' as const),
    key: fc.string(),
    from: fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: fc.string() }),
      fc.record({ kind: fc.constant('config-map' as const), name: text, key: text }),
    ),
    decode,
  },
  { requiredKeys: ['as', 'key', 'from'] },
);
const externalSecretFile = fc.record(
  {
    path: text,
    kind: fc.constant('external-secret' as const),
    name: text,
    sets: fc.array(entrySet, { maxLength: 2 }),
    entries: fc.array(entry, { minLength: 1, maxLength: 2 }),
    whenGone: fc.constantFrom('keep' as const, 'remove' as const),
    templates: fc.array(targetTemplate, { maxLength: 2 }),
    keepsKeys: fc.boolean(),
    optional: fc.boolean(),
    mode,
  },
  {
    requiredKeys: ['path', 'kind', 'name', 'sets', 'entries', 'whenGone', 'keepsKeys', 'optional', 'mode'],
  },
);

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
  sources: fc.array(fc.oneof(keyed, found), { minLength: 1, maxLength: 3 }),
  files: fc.array(fc.oneof(secretFile, templateFile, externalSecretFile), { minLength: 1, maxLength: 4 }),
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

import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../../lib/plan.ts';
import type { Pod, Resources } from '../../../webhook/core/pod.ts';
import { agentResources, roomFor, wouldBeGuaranteed } from '../../../webhook/core/resources.ts';

const podOf = (
  containers: readonly (Resources | null)[],
  initContainers: readonly (Resources | null)[] = [],
): Pod => ({
  spec: {
    containers: containers.map((resources, index) => ({ name: `c${index}`, resources })),
    initContainers: initContainers.map((resources, index) => ({ name: `i${index}`, resources })),
  },
});

const both = { cpu: '1', memory: '1Gi' };

describe('Guaranteed', () => {
  test.each([
    ['limits equal to requests', [{ requests: both, limits: both }], [], true],
    ['limits alone', [{ limits: both }], [], true],
    [
      'the same figure in other words',
      [{ requests: { cpu: '1000m', memory: '1024Mi' }, limits: both }],
      [],
      true,
    ],
    ['init containers too', [{ limits: both }], [{ limits: both }], true],
    ['more than CPU and memory', [{ limits: both, requests: { 'ephemeral-storage': '1Gi' } }], [], true],
    ['nothing', [null], [], false],
    ['requests alone', [{ requests: both }], [], false],
    ['no memory limit', [{ limits: { cpu: '1' } }], [], false],
    ['a lower request', [{ requests: { cpu: '500m' }, limits: both }], [], false],
    ['a limit of nothing', [{ limits: { cpu: '0', memory: '1Gi' } }], [], false],
    ['one of two containers', [{ limits: both }, {}], [], false],
    ['an init container without', [{ limits: both }], [{}], false],
  ] as readonly (readonly [string, (Resources | null)[], (Resources | null)[], boolean])[])(
    '%s',
    (_what, containers, init, wanted) => {
      expect(wouldBeGuaranteed(podOf(containers, init))).toBe(wanted);
    },
  );

  test('what is ours does not count', () => {
    const pod = podOf([{ limits: both }]);
    const ours = { name: 'keyferry-refresh', resources: { requests: { cpu: '25m' } } };
    expect(wouldBeGuaranteed({ spec: { ...pod.spec, initContainers: [ours] } })).toBe(true);
  });
});

describe("the agent's resources", () => {
  const room = { secrets: '8Mi', state: '4Mi', bytes: 12 * 2 ** 20 };
  const installed = { requestsCpu: '25m', requestsMemory: '64Mi' };
  const of = (requested: object, more: object = {}, pod = podOf([null])): unknown =>
    agentResources(pod, room, { requested, installed: { ...installed, ...more } });

  test.each([
    [{}, {}, { requests: { cpu: '25m', memory: '64Mi' }, limits: { memory: '172Mi' } }],
    [
      { limitsCpu: '10m' },
      {},
      { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '10m', memory: '172Mi' } },
    ],
    [{ limitsMemory: '32Mi' }, {}, { requests: { cpu: '25m', memory: '32Mi' }, limits: { memory: '32Mi' } }],
    [{ requestsMemory: '1Gi' }, {}, { requests: { cpu: '25m', memory: '1Gi' }, limits: { memory: '1Gi' } }],
    [
      { requestsCpu: '1' },
      { limitsCpu: '500m' },
      { requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '1', memory: '172Mi' } },
    ],
    [{ requestsCpu: '1' }, {}, { requests: { cpu: '1', memory: '64Mi' }, limits: { memory: '172Mi' } }],
    [
      {},
      { limitsCpu: '1', limitsMemory: '1Gi' },
      { requests: { cpu: '25m', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    ],
  ])('asked %j of an install with %j', (requested, more, wanted) => {
    expect(of(requested, more)).toEqual(wanted);
  });

  test.each([
    [{}, {}, { cpu: '250m', memory: '172Mi' }],
    [{ requestsCpu: '100m' }, {}, { cpu: '100m', memory: '172Mi' }],
    [{ requestsCpu: '100m', limitsCpu: '200m' }, {}, { cpu: '200m', memory: '172Mi' }],
    [{ requestsMemory: '1Gi' }, {}, { cpu: '250m', memory: '1Gi' }],
    [{}, { limitsCpu: '1' }, { cpu: '1', memory: '172Mi' }],
  ])('of a Guaranteed pod, asked %j of an install with %j', (requested, more, wanted) => {
    expect(of(requested, more, podOf([{ limits: both }]))).toEqual({ requests: wanted, limits: wanted });
  });
});

test.each([
  { values: 1, extracts: 0, sources: 1, secrets: '8Mi', state: '4Mi' },
  { values: 42, extracts: 0, sources: 1, secrets: '8Mi', state: '4Mi' },
  { values: 43, extracts: 0, sources: 1, secrets: '9Mi', state: '4Mi' },
  { values: 0, extracts: 3, sources: 30, secrets: '9Mi', state: '6Mi' },
])('room for $values files and $extracts extracts from $sources sources', (row) => {
  const files = [
    ...Array<object>(row.values).fill({ kind: 'value' }),
    ...Array<object>(row.extracts).fill({ kind: 'extract' }),
  ];
  const plan = { files, sources: Array<object>(row.sources).fill({}) } as unknown as Plan;
  expect(roomFor(plan)).toMatchObject({ secrets: row.secrets, state: row.state });
});

/** An ExternalSecret with so many sets, entries and templates. */
const externalSecret = (sets: number, entries: number, templates?: number): object => ({
  kind: 'external-secret',
  sets: Array<object>(sets).fill({}),
  entries: Array<object>(entries).fill({}),
  ...(templates === undefined ? {} : { templates: Array<object>(templates).fill({}) }),
});

test.each([
  { what: 'entries', files: [externalSecret(0, 43)], sources: 1, secrets: '9Mi', state: '4Mi' },
  { what: 'sets, as extracts', files: [externalSecret(3, 0)], sources: 1, secrets: '9Mi', state: '4Mi' },
  {
    what: 'templates, in the state too',
    files: [externalSecret(0, 3, 45)],
    sources: 1,
    secrets: '9Mi',
    state: '9Mi',
  },
  {
    what: 'templates of annotations',
    files: Array<object>(43).fill({ kind: 'template' }),
    sources: 2,
    secrets: '9Mi',
    state: '9Mi',
  },
])('room for $what', ({ files, sources, secrets, state }) => {
  const plan = { files, sources: Array<object>(sources).fill({}) } as unknown as Plan;
  expect(roomFor(plan)).toMatchObject({ secrets, state });
});

import { expect, test } from '@jest/globals';
import { podProblem } from '../../../webhook/core/pod-shape.ts';

const containers = [{ name: 'app' }];

test.each([
  { spec: { containers } },
  { spec: { containers: [] } },
  {
    metadata: null,
    spec: {
      containers,
      initContainers: null,
      volumes: null,
      securityContext: null,
      os: null,
      nodeSelector: null,
    },
  },
  { metadata: { annotations: null, name: null }, spec: { containers } },
  {
    spec: {
      containers: [
        { name: 'a', env: null, resources: null, volumeMounts: null, securityContext: { runAsUser: null } },
      ],
    },
  },
  { spec: { containers, unknown: { deep: [1] } }, status: 1, extra: null },
])('%j is a pod', (value) => {
  expect(podProblem(value)).toBeUndefined();
});

test.each([
  [undefined, ''],
  [null, ''],
  ['pod', ''],
  [[], ''],
  [{}, 'spec'],
  [{ spec: {} }, 'spec.containers'],
  [{ spec: { containers: {} } }, 'spec.containers'],
  [{ spec: { containers: [{}] } }, 'spec.containers.0.name'],
  [{ spec: { containers: [null] } }, 'spec.containers.0'],
  [{ spec: { containers, initContainers: [{ name: 1 }] } }, 'spec.initContainers.0.name'],
  [{ spec: { containers, volumes: [{}] } }, 'spec.volumes.0.name'],
  [
    { spec: { containers: [{ name: 'a', volumeMounts: [{ name: 'b' }] }] } },
    'spec.containers.0.volumeMounts.0.mountPath',
  ],
  [
    { spec: { containers: [{ name: 'a', resources: { limits: { cpu: 1 } } }] } },
    'spec.containers.0.resources.limits.cpu',
  ],
  [{ spec: { containers, securityContext: { fsGroup: -1 } } }, 'spec.securityContext.fsGroup'],
  [{ spec: { containers, securityContext: { fsGroup: 1.5 } } }, 'spec.securityContext.fsGroup'],
  [
    { spec: { containers, securityContext: { supplementalGroups: ['a'] } } },
    'spec.securityContext.supplementalGroups.0',
  ],
  [
    { spec: { containers: [{ name: 'a', securityContext: { runAsUser: 1e300 } }] } },
    'spec.containers.0.securityContext.runAsUser',
  ],
  [{ metadata: { annotations: { a: 1 } }, spec: { containers } }, 'metadata.annotations.a'],
  [{ metadata: { annotations: [] }, spec: { containers } }, 'metadata.annotations'],
])('%j is none, because of %s', (value, place) => {
  expect(podProblem(value)).toMatch(
    place === '' ? 'is not a pod: Invalid input' : `is not a pod: ${place}: `,
  );
});

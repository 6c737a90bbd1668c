import { afterEach, describe, expect, test } from '@jest/globals';
import { RefusedPodError } from '../../../emulators/podbox/manifest/validate-pod.ts';
import type { Pod } from '../../../emulators/podbox/manifest/pod-types.ts';
import type { Podbox } from '../../../emulators/podbox/podbox.ts';
import { container, makePodbox, pod, serve } from './support.ts';

let podbox: Podbox | undefined;
afterEach(async () => {
  await podbox?.close();
  podbox = undefined;
});

const refusedOf = async (manifest: unknown): Promise<readonly string[]> => {
  podbox = await makePodbox();
  const error = await podbox.run(manifest as Pod).catch((caught: unknown) => caught);
  if (!(error instanceof RefusedPodError)) throw new Error('the pod was not refused');
  expect(error.message).toContain(error.refused[0]);
  return error.refused;
};

const app = container('app', serve);
const withContainer = (more: object): unknown => ({
  ...pod([]),
  spec: { containers: [{ ...app, ...more }] },
});
const withSpec = (more: object): unknown => ({ ...pod([]), spec: { containers: [app], ...more } });

describe('a pod that needs more than podbox has', () => {
  test('is refused with every path at once', async () => {
    const manifest = {
      ...pod([]),
      metadata: { name: 'payments', finalizers: ['x'] },
      spec: {
        containers: [
          { ...app, startupProbe: { exec: { command: [] } }, envFrom: [], lifecycle: { preStop: {} } },
          { ...app, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
        ],
        volumes: [{ name: 'v', secret: { secretName: 's' } }],
        hostPID: true,
        constructor: 1,
      },
    };
    expect(await refusedOf(manifest)).toEqual([
      'metadata.finalizers',
      'spec.containers[0].startupProbe',
      'spec.containers[0].envFrom',
      'spec.containers[0].lifecycle.preStop',
      'spec.containers[1].env[0].valueFrom.secretKeyRef',
      'spec.volumes[0].secret',
      'spec.hostPID (only false)',
      'spec.constructor',
    ]);
  });

  test.each([
    ['a probe', withContainer({ livenessProbe: {} }), 'spec.containers[0].livenessProbe'],
    [
      'a subPath',
      withContainer({ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] }),
      'spec.containers[0].volumeMounts[0].subPath',
    ],
    [
      'a hook over HTTP',
      withContainer({ lifecycle: { postStart: { httpGet: {} } } }),
      'spec.containers[0].lifecycle.postStart.httpGet',
    ],
    [
      'a privileged container',
      withContainer({ securityContext: { privileged: true } }),
      'spec.containers[0].securityContext.privileged (only false)',
    ],
    [
      'a path that leaves the root',
      withContainer({ workingDir: '/a/../..' }),
      'spec.containers[0].workingDir (only an absolute path without "..")',
    ],
    [
      'a resource field',
      withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.containers' } } }] }),
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath (only a field that podbox knows)',
    ],
    ['an unknown image', withContainer({ image: 'other' }), 'spec.containers[0].image (only "node")'],
    [
      'a mount without its volume',
      withContainer({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      'spec.containers[0].volumeMounts (no volume is called "v")',
    ],
    [
      'a restart policy of an app container',
      withContainer({ restartPolicy: 'Always' }),
      'spec.containers[0].restartPolicy',
    ],
    [
      'two containers of one name',
      withSpec({ initContainers: [app] }),
      'spec (two containers are called "app")',
    ],
    [
      'a hook of a plain init container',
      withSpec({ initContainers: [{ ...app, name: 'init', lifecycle: {} }] }),
      'spec.initContainers[0].lifecycle (only with restartPolicy "Always")',
    ],
    [
      'a short-lived token',
      withSpec({
        volumes: [
          {
            name: 'v',
            projected: { sources: [{ serviceAccountToken: { path: 'a', expirationSeconds: 60 } }] },
          },
        ],
      }),
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds (only 600 and more)',
    ],
    [
      'a file outside its volume',
      withSpec({ volumes: [{ name: 'v', downwardAPI: { items: [{ path: '../a' }] } }] }),
      'spec.volumes[0].downwardAPI.items[0].path (only a relative path that leaves the volume nowhere)',
    ],
    [
      'a shared process namespace',
      withSpec({ shareProcessNamespace: true }),
      'spec.shareProcessNamespace (only false)',
    ],
    ['a list that is none', withSpec({ volumes: {} }), 'spec.volumes (only a list)'],
    ['another kind', { ...pod([app]), kind: 'Job' }, 'kind (only "Pod")'],
    ['no name', { ...pod([app]), metadata: {} }, 'metadata.name (is needed)'],
  ])('%s is refused', async (_, manifest, path) => {
    expect(await refusedOf(manifest)).toEqual([path]);
  });

  test('a mount inside another is refused', async () => {
    const volumeMounts = [
      { name: 'v', mountPath: '/v' },
      { name: 'v', mountPath: '/v/w' },
    ];
    const manifest = {
      ...pod([]),
      spec: { containers: [{ ...app, volumeMounts }], volumes: [{ name: 'v', emptyDir: {} }] },
    };
    expect(await refusedOf(manifest)).toEqual([
      'spec.containers[0].volumeMounts (/v/w is inside another mount)',
    ]);
  });
});

test('what is accepted without being enforced is noted, once', async () => {
  const notes: string[] = [];
  podbox = await makePodbox({ onNote: (text) => notes.push(text) });
  const restricted = {
    capabilities: { drop: ['ALL'] },
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const manifest = {
    ...pod([]),
    spec: {
      containers: [{ ...app, securityContext: restricted, resources: { limits: { memory: '1Gi' } } }],
      // As the API server fills it in.
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      tolerations: [],
      affinity: null,
    },
  } as unknown as Pod;
  await podbox.run(manifest);
  await podbox.delete('shop/payments', 0);
  await podbox.run(manifest);
  const why = 'is not enforced here: containers are plain processes';
  for (const what of [
    'capabilities',
    'allowPrivilegeEscalation',
    'readOnlyRootFilesystem',
    'seccompProfile',
    'resources',
  ]) {
    expect(notes.filter((note) => note === `${what} ${why}`)).toHaveLength(1);
  }
});

test('a second pod of the same name is refused while the first is there', async () => {
  podbox = await makePodbox();
  await podbox.run(pod([app]));
  await expect(podbox.run(pod([app]))).rejects.toThrow('pod shop/payments is running already');
  expect(() => podbox?.status('other')).toThrow('podbox has 0 pods "other", not one');
});

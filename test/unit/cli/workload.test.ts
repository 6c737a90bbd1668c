import { describe, expect, test } from '@jest/globals';
import { workloadOf } from '../../../cli/workload.ts';

const ours = { annotations: { 'keyferry.dev/inject': 'true', other: 'x' } };
const document = (apiVersion: string, kind: string, spec: object = {}, metadata: object = {}) => ({
  ...(apiVersion === '' ? {} : { apiVersion }),
  kind,
  metadata: { name: 'web', ...metadata },
  spec,
});

describe('kinds', () => {
  test.each([
    ['v1', 'Pod'],
    ['v1', 'ReplicationController'],
    ['apps/v1', 'Deployment'],
    ['batch/v1', 'CronJob'],
    // What kubectl would refuse is looked at all the same: silence would look like praise.
    ['', 'Deployment'],
  ])('%s %s makes pods', (apiVersion, kind) => {
    expect(workloadOf(document(apiVersion, kind), 'default')).toMatchObject({ kind, namespace: 'default' });
  });

  test.each([
    ['example.org/v1', 'Deployment'],
    ['v1', 'Deployment'],
    ['apps/v1', 'Pod'],
    ['serving.example.org/v1', 'Job'],
    ['v1', 'constructor'],
    ['v1', 'ConfigMap'],
  ])('%s %s is none of them', (apiVersion, kind) => {
    expect(workloadOf(document(apiVersion, kind), 'default')).toBeUndefined();
  });
});

describe('annotations in the wrong place', () => {
  test('on a workload, and on the job template of a CronJob', () => {
    const cronJob = document('batch/v1', 'CronJob', { jobTemplate: { metadata: ours } }, ours);
    expect(workloadOf(cronJob, 'default')?.misplaced).toEqual([
      { name: 'keyferry.dev/inject', on: 'the CronJob itself' },
      { name: 'keyferry.dev/inject', on: "the CronJob's jobTemplate" },
    ]);
  });

  test('on a pod, and on a pod template, they are where they belong', () => {
    expect(workloadOf(document('v1', 'Pod', {}, ours), 'default')?.misplaced).toEqual([]);
    const deployment = document('apps/v1', 'Deployment', { template: { metadata: ours } });
    expect(workloadOf(deployment, 'default')?.misplaced).toEqual([]);
  });
});

describe('how many pods', () => {
  const pods = (apiVersion: string, kind: string, spec: object) => {
    const found = workloadOf(document(apiVersion, kind, spec), 'default')?.pods;
    return [found?.count, found?.per];
  };

  test.each([
    ['v1', 'Pod', {}, 1, 'month'],
    ['v1', 'PodTemplate', {}, undefined, 'month'],
    ['apps/v1', 'Deployment', { replicas: 500 }, 500, 'month'],
    ['apps/v1', 'Deployment', { replicas: 0 }, 0, 'month'],
    ['apps/v1', 'Deployment', {}, 1, 'month'],
    ['apps/v1', 'Deployment', { replicas: 'many' }, 1, 'month'],
    ['apps/v1', 'StatefulSet', { replicas: 3 }, 3, 'month'],
    ['apps/v1', 'DaemonSet', {}, undefined, 'month'],
    ['batch/v1', 'Job', {}, 1, 'run'],
    ['batch/v1', 'Job', { completions: 5, parallelism: 2 }, 5, 'run'],
    ['batch/v1', 'Job', { parallelism: 2 }, 2, 'run'],
    ['batch/v1', 'CronJob', { jobTemplate: { spec: { completions: 4 } } }, 4, 'run'],
  ])('%s %s %j', (apiVersion, kind, spec, ...expected) => {
    expect(pods(apiVersion, kind, spec)).toEqual(expected);
  });
});

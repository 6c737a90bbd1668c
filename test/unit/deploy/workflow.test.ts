import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isRecord } from '../../../lib/kube/object.ts';
import { at, listAt, repository, walk } from './manifests.ts';

const text = readFileSync(join(repository, '.github/workflows/ci.yml'), 'utf8');
const workflow: unknown = parse(text);
const jobs = at(workflow, 'jobs');

test('every action is pinned by a commit, with the tag beside it', () => {
  const uses = [...text.matchAll(/uses: (.+)$/gmu)].map(([, action]) => action);
  expect(uses.length).toBeGreaterThan(3);
  for (const action of uses) expect(action).toMatch(/^[a-z-]+\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
});

test('the workflow may read the repository and nothing else', () => {
  expect(at(workflow, 'permissions')).toEqual({ contents: 'read' });
  expect(walk(jobs).filter(([path]) => path.endsWith('permissions'))).toEqual([]);
  expect(text).not.toContain('pull_request_target');
  expect(text).not.toContain('secrets.');
});

test('no job runs for ever, and none leaves credentials in the working copy', () => {
  for (const job of Object.values(isRecord(jobs) ? jobs : {})) {
    expect(at(job, 'timeout-minutes')).toBeLessThanOrEqual(60);
    const checkout = listAt(job, 'steps').find((step) => String(at(step, 'uses')).includes('checkout'));
    expect(at(checkout, 'with.persist-credentials')).toBe(false);
  }
});

test('the end-to-end job covers the oldest and the newest Kubernetes', () => {
  const versions = listAt(jobs, 'e2e.strategy.matrix.include').map((entry) => at(entry, 'kubernetes'));
  expect(versions).toEqual(['v1.30.0', 'v1.36.1']);
});

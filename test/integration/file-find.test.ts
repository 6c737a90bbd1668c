import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { PlanEntrySet } from '../../lib/plan.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { planOf, sourceOf } from '../support/agent/plans.ts';
import { AgentProcess, killAgents, makePodWithStore } from '../support/agent/process.ts';
import { externalSecretAt } from '../support/agent/template-plans.ts';
import { visibleFiles } from '../support/agent/volume.ts';

let output: string;

beforeAll(() => {
  output = mkdtempSync(join(tmpdir(), 'keyferry-find-'));
  const repository = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['scripts/build.mjs', 'agent', `--output=${output}`], { cwd: repository });
});
afterAll(() => {
  rmSync(output, { recursive: true });
});
afterEach(() => {
  killAgents();
  removeFolders();
});

test('the one file of the agent finds by an expression', async () => {
  const { root, folder } = makePodWithStore({ 'team-db': 'one', 'team-api': 'two', other: 'three' });
  const set: PlanEntrySet = {
    kind: 'find',
    source: 0,
    conversion: 'Default',
    rewrite: [],
    refuseNullBytes: false,
  };
  const plan = planOf({
    sources: [sourceOf('', { find: { path: 'team', name: '^team-[^d]' } })],
    files: [externalSecretAt({ path: 'team', sets: [set], entries: [] })],
  });
  const agent = new AgentProcess('run', { root, plan, program: join(output, 'agent.cjs') });
  await agent.logged('ready');
  expect(visibleFiles(folder)).toEqual({ 'team/team-api': 'two' });
  expect(await agent.kill()).toBe(0);
});

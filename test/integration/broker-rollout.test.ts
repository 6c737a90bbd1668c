import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeFolders } from '../support/agent/folders.ts';
import { AgentProcess, killAgents } from '../support/agent/process.ts';
import { BrokerPod } from '../support/agent/broker-pod.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { BrokerProcesses, type BrokerReplica } from '../support/broker/broker-processes.ts';
import { Fleet, type FleetAgent } from '../support/broker/fleet.ts';
import { planFor } from '../support/broker/outage-world.ts';

/** Brokers roll, the way a Deployment does it, while pods start whose plans were made before and meanwhile. */
const pods = 200;
const groups = 20;
const wholeProcesses = 4;
const patience = 300_000;
const program = join(import.meta.dirname, '..', '..', 'dist', 'agent.cjs');

let cluster: BrokerProcesses;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'keyferry-rollout-'));
  cluster = await BrokerProcesses.start({ secrets: { 'payments/db': { password: 'one' } } });
}, patience);
afterEach(() => {
  killAgents();
  removeFolders();
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
}, patience);

const addReplica = (): Promise<BrokerReplica> => cluster.add({ flags: ['--shutdown-delay', '2s'] });

/** The steps of a rollout: a new one comes before an old one goes, until all are new; each serves on for a while after it was asked to end. */
const stepsOf = (old: readonly BrokerReplica[]): readonly (() => Promise<unknown>)[] =>
  old.flatMap((replica) => [
    addReplica,
    async () => {
      replica.process.signal('SIGTERM');
      // The Service hears of it a moment later.
      await delay(300);
      await cluster.remove(replica);
    },
  ]);

/** The agent as its own process, started once; its files when it is done. */
const startProcess = async (name: string): Promise<{ exit: number | string; value: string | undefined }> => {
  const { uid, token } = await cluster.pod(name);
  const pod = new BrokerPod(token);
  pod.writeTrust(cluster.trust);
  const agent = new AgentProcess('init', {
    root: pod.root,
    plan: planFor(cluster),
    program,
    environment: { KEYFERRY_POD_UID: uid },
  });
  const exit = await agent.exit();
  return { exit, value: visibleFiles(join(pod.root, 'keyferry/secrets'))['password'] };
};

describe('a rollout', () => {
  test(
    'while 200 pods start: none fails, and none needs a second start',
    async () => {
      const old = [await addReplica(), await addReplica(), await addReplica()];
      const before = planFor(cluster);
      const fleet = new Fleet({ home, plan: before, mode: 'init' });
      const started: FleetAgent[] = [];
      const processes: ReturnType<typeof startProcess>[] = [];
      const steps = stepsOf(old);
      let rolling: Promise<unknown> = Promise.resolve();
      for (let group = 0; group < groups; group += 1) {
        // A step with every third group, so that pods start in every state of the roll.
        const step = group % 3 === 0 ? steps[group / 3] : undefined;
        if (step !== undefined) rolling = rolling.then(step);
        if (group % (groups / wholeProcesses) === 0) processes.push(startProcess(`process-${group}`));
        const members = Array.from({ length: pods / groups }, (_, index) => `app-${group}-${index}`);
        const known = await Promise.all(members.map((name) => cluster.pod(name)));
        // Half of them were admitted before the roll began: their plans know the old certificates alone.
        const agents = known.map((pod, index) =>
          fleet.start(pod, index % 2 === 0 ? before : planFor(cluster)),
        );
        started.push(...agents);
        // The kubelet shows the ConfigMap as it is, but not before it has noticed.
        await delay(200);
        fleet.trust(cluster.trust);
        await Promise.all(agents.map(({ ending }) => ending));
        if (group % 3 === 2) await rolling;
      }
      await rolling;
      const endings = await Promise.all(started.map(({ ending }) => ending));
      expect(endings).toEqual(Array(pods).fill({ exitCode: 0 }));
      expect(new Set(started.map((agent) => agent.read('password')))).toEqual(new Set(['one']));
      expect(await Promise.all(processes)).toEqual(Array(wholeProcesses).fill({ exit: 0, value: 'one' }));
      await fleet.stop();
    },
    patience,
  );
});

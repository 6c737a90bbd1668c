import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Agent } from '../../../agent/agent.ts';
import { modeRules, type Mode } from '../../../agent/core/modes.ts';
import { agentPaths } from '../../../agent/paths.ts';
import { openStores } from '../../../agent/providers.ts';
import { nodeFileSystem } from '../../../agent/publish/file-system.ts';
import { runMode, type Ending } from '../../../agent/run-mode.ts';
import { trustFile } from '../../../lib/broker/names.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Plan } from '../../../lib/plan.ts';

/** A pod's part in a fleet. */
export interface FleetPod {
  readonly name: string;
  readonly uid: string;
  readonly token: string;
}

export interface FleetOptions {
  /** Where the pods' volumes are, a folder each. */
  readonly home: string;
  readonly plan: Plan;
  readonly mode?: Mode;
  readonly log?: Logger;
}

/** An agent, whole but for its process: the clock, the file system and the network are the machine's. */
export interface FleetAgent {
  readonly name: string;
  readonly ending: Promise<Ending>;
  /** A file of the published generation; undefined: it is not there. */
  read(path: string): string | undefined;
  stop(): Promise<Ending>;
}

const silence = (): void => undefined;
const silent: Logger = { debug: silence, info: silence, warn: silence, error: silence };

const writeTrust = (identity: string, bundle: string): void => {
  const file = join(identity, trustFile);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, bundle);
};

/** Agents of many pods in one process. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #agents = new Map<string, FleetAgent>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get agents(): readonly FleetAgent[] {
    return [...this.#agents.values()];
  }

  /** What the kubelets do when the ConfigMap has changed. */
  trust(bundle: string): void {
    for (const name of this.#agents.keys())
      writeTrust(join(this.#options.home, name, 'keyferry/identity'), bundle);
  }

  start({ name, uid, token }: FleetPod, planNow: Plan = this.#options.plan): FleetAgent {
    const { home, mode = 'run', log = silent } = this.#options;
    const root = join(home, name);
    for (const folder of ['secrets', 'state', 'identity/tokens'])
      mkdirSync(join(root, 'keyferry', folder), { recursive: true });
    mkdirSync(join(root, 'dev'));
    writeFileSync(join(root, 'keyferry/identity/tokens/keyferry'), token);
    writeTrust(join(root, 'keyferry/identity'), planNow.broker?.trust ?? '');
    const stop = new AbortController();
    const rules = modeRules(mode);
    if (rules === undefined) throw new Error(`${mode} is no mode`);
    const paths = agentPaths(root);
    const agent = new Agent({
      plan: planNow,
      planHash: 'fleet',
      podUid: uid,
      paths,
      fileSystem: nodeFileSystem,
      clock: systemClock,
      log,
      openStore: openStores({ plan: planNow, paths, random: Math.random }),
      random: Math.random,
      randomName: () => randomBytes(8).toString('hex'),
      stop: stop.signal,
      readAnew: rules.endsWhenReady,
      follows: rules.stays,
      revokes: rules.stays,
    });
    const serve = (): Promise<void> => Promise.resolve();
    const ending = runMode({
      agent,
      plan: planNow,
      rules,
      clock: systemClock,
      log,
      stop: stop.signal,
      serve,
    });
    const running: FleetAgent = {
      name,
      ending,
      read: (path) => {
        try {
          return readFileSync(join(root, 'keyferry/secrets/..data', path), 'utf8');
        } catch {
          return undefined;
        }
      },
      stop: () => {
        stop.abort();
        return ending;
      },
    };
    this.#agents.set(name, running);
    return running;
  }

  /** Ends all agents and removes their volumes. */
  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.stop()));
    for (const name of this.#agents.keys())
      rmSync(join(this.#options.home, name), { recursive: true, force: true });
    this.#agents.clear();
  }
}

import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan, PlanSource, PlanStore } from '../../../lib/plan.ts';
import type { BrokerServer } from '../broker-server.ts';
import { makePod } from './in-process.ts';
import { fileAt, planOf, sourceOf } from './plans.ts';

/** A store that the broker reads. */
const brokerStore = (name = 'shared'): PlanStore => ({
  name,
  kind: 'ClusterSecretStore',
  provider: { type: 'broker', provider: 'bitwardensecretsmanager' },
});

export interface BrokerPodOptions {
  readonly stores?: readonly string[];
  /** `<store's index>` of each key; by default all are of the first. Each becomes a file of its name. */
  readonly sources?: Readonly<Record<string, Partial<PlanSource>>>;
  readonly trust?: string;
  readonly plan?: Partial<Plan>;
}

/** A plan whose stores come through a broker. */
export const brokerPlan = (
  server: Pick<BrokerServer, 'url' | 'pem'>,
  { stores = ['shared'], sources = { db: {} }, trust = server.pem, plan = {} }: BrokerPodOptions = {},
): Plan =>
  planOf({
    stores: stores.map(brokerStore),
    sources: Object.entries(sources).map(([key, fields]) =>
      sourceOf(key, { intervalSeconds: 60, ...fields }),
    ),
    files: Object.keys(sources).map((key, source) => fileAt(key, { source })),
    broker: { server: server.url, token: 'keyferry', trust },
    ...plan,
  });

/** The volumes of a pod whose stores come through a broker. */
export class BrokerPod {
  readonly root = makePod();
  #versions = 0;

  constructor(token = 'token-1') {
    this.writeToken(token);
  }

  writeToken(token: string): void {
    writeFileSync(join(this.root, 'keyferry/identity/tokens/keyferry'), token);
  }

  /** As the kubelet does it: a new folder, and a link that moves to it. */
  writeTrust(pem: string): void {
    const identity = join(this.root, 'keyferry/identity');
    const folder = `..${(this.#versions += 1)}`;
    mkdirSync(join(identity, folder, 'trust'), { recursive: true });
    writeFileSync(join(identity, folder, 'trust/bundle.pem'), pem);
    symlinkSync(folder, join(identity, '..data_tmp'));
    renameSync(join(identity, '..data_tmp'), join(identity, '..data'));
    rmSync(join(identity, 'trust'), { force: true });
    symlinkSync('..data/trust', join(identity, 'trust'));
  }

  forceSync(value: string): void {
    writeFileSync(join(this.root, 'keyferry/identity/force-sync'), value);
  }
}

import { fileAt, sourceOf } from '../agent/plans.ts';
import type { PlanFile, PlanSource } from '../../../lib/plan.ts';
import { makeCanary } from '../canary.ts';
import type { Key } from './bench.ts';

/** How often the pods here ask, in seconds. */
export const interval = 60;

export const sources: readonly PlanSource[] = [
  sourceOf('payments/db', { intervalSeconds: interval }),
  sourceOf('payments/api', { intervalSeconds: interval }),
];

export const planFiles: readonly PlanFile[] = [
  fileAt('db/user', { property: 'user' }),
  fileAt('db/password', { property: 'password' }),
  fileAt('api/token', { source: 1, property: 'token' }),
];

/** The two secrets of a pod, by how many times they have been written. */
export class Values {
  readonly #canary = makeCanary();

  get canaries(): readonly string[] {
    return [this.#canary];
  }

  /** What the store holds. */
  fields(key: Key, generation: number): Readonly<Record<string, string>> {
    return key === 'db'
      ? { user: `app-${generation}`, password: `${this.#canary} of db ${generation}` }
      : { token: `${this.#canary} of api ${generation}` };
  }

  /** What the pod's files are, by path. */
  files(key: Key, generation: number): Readonly<Record<string, string>> {
    const fields = Object.entries(this.fields(key, generation));
    return Object.fromEntries(fields.map(([name, value]) => [`${key}/${name}`, value]));
  }
}

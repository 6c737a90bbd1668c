import type { StoreProvider } from '../../../lib/stores/provider.ts';
import type { Wanted } from '../upstream.ts';

type ProviderType = StoreProvider['type'];

/** How many plain secrets a backend gives for one request. */
const secretsInOne: Readonly<Record<ProviderType, number>> = {
  vault: 1,
  // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
  aws: 20,
  bitwardensecretsmanager: 20,
  file: Number.POSITIVE_INFINITY,
};

/** Whether it is read by itself: it takes many requests, or makes something, and should not hold up others. */
export const isAlone = ({ parameters, find }: Wanted): boolean =>
  parameters !== undefined || find !== undefined;

const isPlain = (wanted: Wanted): boolean =>
  !isAlone(wanted) && wanted.version === undefined && wanted.stage === undefined;

/** The least requests that so many reads may take. */
export const leastRequests = (type: ProviderType, reads: number): number =>
  Math.ceil(reads / secretsInOne[type]);

/** Counts the requests that go out for what is read together. */
export class Tally {
  readonly #inOne: number;
  #plain = 0;
  #requests = 0;

  constructor(type: ProviderType) {
    this.#inOne = secretsInOne[type];
  }

  get requests(): number {
    return this.#requests;
  }

  /** How many requests one more would add. */
  costOf(wanted: Wanted): number {
    return isPlain(wanted) && this.#plain % this.#inOne !== 0 ? 0 : 1;
  }

  add(wanted: Wanted): void {
    this.#requests += this.costOf(wanted);
    if (isPlain(wanted)) this.#plain += 1;
  }
}

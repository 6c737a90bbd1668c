import { parseArn } from '../iam/arn.ts';
import { Secret } from './secret.ts';
import type { Clock } from '../../../../lib/clock.ts';

/** The secrets of all accounts of one region. */
export class SecretStore {
  readonly #clock: Clock;
  readonly #region: string;
  readonly #secrets = new Map<string, Secret>();
  #generation = 0;

  constructor(clock: Clock, region: string) {
    this.#clock = clock;
    this.#region = region;
  }

  create(account: string, name: string): Secret {
    const key = `${account} ${name}`;
    const input = {
      account,
      name,
      region: this.#region,
      now: this.#clock.now(),
      generation: this.#generation,
    };
    const secret = new Secret(input);
    this.#secrets.set(key, secret);
    return secret;
  }

  /** The secret of an account that a name means, a whole ARN, or one without its last six characters. */
  find(account: string, id: string): Secret | undefined {
    this.#dropDeleted();
    const arn = parseArn(id);
    if (arn === undefined) return this.#secrets.get(`${account} ${id}`);
    const all = [...this.#secrets.values()];
    return all.find((one) => one.arn === id) ?? all.find((one) => one.arn.slice(0, -7) === id);
  }

  /** An account's secrets, by name. */
  list(account: string): readonly Secret[] {
    this.#dropDeleted();
    return [...this.#secrets.values()]
      .filter((secret) => secret.account === account)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  remove(secret: Secret): void {
    // The next one of this name gets another ARN.
    this.#generation += 1;
    this.#secrets.delete(`${secret.account} ${secret.name}`);
  }

  #dropDeleted(): void {
    const now = this.#clock.now();
    for (const secret of this.#secrets.values())
      if (secret.deletion !== undefined && secret.deletion.until <= now) this.remove(secret);
  }
}

import type { Clock } from '../../../lib/clock.ts';
import type { PlanSource } from '../../../lib/plan.ts';
import { providerError, type ProviderError } from '../../../lib/provider-error.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Lease, OpenProvider, ProviderContext, ReadOutcome } from '../../../providers/provider.ts';

interface Credential {
  readonly id: string;
  readonly login: string;
  readonly issuedAt: number;
  expiresAt: number;
}

export interface LeasingTerms {
  readonly durationSeconds: number;
  /** The longest life of a credential. Default: without end. */
  readonly longestSeconds?: number;
  readonly renewable?: boolean;
  /** The longest life of a login. Default: without end. */
  readonly loginSeconds?: number;
  /** How often the login is to be kept alive. Default: a minute. */
  readonly keepAliveSeconds?: number;
}

/**
 * A backend that makes a credential at each read, with logins that its credentials end with, as Vault does. Its state outlives the
 * agents that open it.
 */
export class LeasingStore {
  readonly open: OpenProvider;
  /** Every credential that was ever made. */
  readonly credentials: Credential[] = [];
  /** What was asked for, in order: `read`, `renew <id>`, `keepAlive`, `revoke <login>`. */
  readonly calls: string[] = [];
  /** Why every request fails, where it does. */
  outage: ProviderError | undefined;
  /** Whether what it gives has leases. */
  leases = true;
  /** Answers nothing at all. */
  hangs = false;
  /** Why no credentials are made. */
  readError: ProviderError | undefined;
  /** Why renewals fail. */
  renewError: ProviderError | undefined;
  /** Fields that credentials have besides. */
  fields: Readonly<Record<string, unknown>> = {};
  /** Logins that hold. */
  readonly logins = new Map<string, number>();
  terms: LeasingTerms;
  readonly #clock: Clock;
  #madeLogins = 0;

  constructor(clock: Clock, terms: LeasingTerms) {
    this.#clock = clock;
    this.terms = terms;
    this.open = (_store, context) => Promise.resolve(this.#provider(context));
  }

  /** The credentials that work now. */
  get living(): readonly Credential[] {
    return this.credentials.filter((credential) => this.#lives(credential));
  }

  /** How often something was asked for. */
  count(call: string): number {
    return this.calls.filter((made) => made.split(' ', 1)[0] === call).length;
  }

  /** Ends a login, and the credentials that hang on it. */
  endLogin(login: string): void {
    this.logins.delete(login);
  }

  /** Ends a credential. */
  end(id: string): void {
    for (const credential of this.credentials)
      if (credential.id === id) credential.expiresAt = this.#clock.now();
  }

  #lives({ login, expiresAt }: Credential): boolean {
    const now = this.#clock.now();
    return expiresAt > now && (this.logins.get(login) ?? now) > now;
  }

  #provider({ session }: ProviderContext): Awaited<ReturnType<OpenProvider>> {
    let login = session.load();
    const logIn = (): string => {
      const lives = (this.logins.get(login ?? '') ?? 0) > this.#clock.now();
      if (login !== undefined && lives) return login;
      this.#madeLogins += 1;
      login = `login-${this.#madeLogins}`;
      const seconds = this.terms.loginSeconds ?? Number.POSITIVE_INFINITY;
      this.logins.set(login, this.#clock.now() + seconds * 1_000);
      session.save(login);
      return login;
    };
    return {
      get login() {
        return login;
      },
      read: (sources) => this.#answer('read', () => sources.map((source) => this.#read(source, logIn()))),
      renew: (leases) =>
        this.#answer(`renew ${leases.map(({ id }) => id).join(' ')}`, () => {
          logIn();
          return leases.map((lease) => this.#renew(lease));
        }),
      keepAlive: () =>
        this.#answer('keepAlive', () => {
          if (this.outage === undefined) logIn();
          return (this.terms.keepAliveSeconds ?? 60) * 1_000;
        }),
      revoke: () =>
        this.#answer(`revoke ${login ?? ''}`, () => {
          if (this.outage === undefined) this.endLogin(login ?? '');
          return this.outage === undefined;
        }),
      close: () => {
        this.calls.push('close');
      },
    };
  }

  #answer<T>(call: string, make: () => T): Promise<T> {
    this.calls.push(call);
    return this.hangs ? new Promise(() => undefined) : Promise.resolve(make());
  }

  #read({ key }: PlanSource, login: string): ReadOutcome {
    const error = this.outage ?? this.readError;
    if (error !== undefined) return err(error);
    const { durationSeconds, longestSeconds = Infinity, renewable = true } = this.terms;
    const now = this.#clock.now();
    const id = `${key}/${this.credentials.length + 1}`;
    const seconds = Math.min(durationSeconds, longestSeconds);
    const credential = { id, login, issuedAt: now, expiresAt: now + seconds * 1_000 };
    this.credentials.push(credential);
    const user = { user: `user-${this.credentials.length}`, ...this.fields };
    const bytes = new Redacted(Buffer.from(JSON.stringify(user)));
    if (!this.leases) return ok({ bytes });
    return ok({
      bytes,
      lease: { id, durationSeconds: seconds, renewable, expiresAt: credential.expiresAt, login },
    });
  }

  #renew(lease: Lease): Result<Lease, ProviderError> {
    const error = this.outage ?? this.renewError;
    if (error !== undefined) return err(error);
    const credential = this.credentials.find(({ id }) => id === lease.id);
    if (credential === undefined || !this.#lives(credential))
      return err(providerError('not_found', 'the lease has ended'));
    const { durationSeconds, longestSeconds = Infinity } = this.terms;
    const now = this.#clock.now();
    const left = credential.issuedAt / 1_000 + longestSeconds - now / 1_000;
    const seconds = Math.min(durationSeconds, left);
    credential.expiresAt = now + seconds * 1_000;
    return ok({ ...lease, durationSeconds: seconds, expiresAt: credential.expiresAt });
  }
}

/** Opens each store by its name. */
export const openByName = (
  stores: Readonly<Record<string, OpenProvider>>,
): { readonly open: OpenProvider } => ({
  open: (store, context) => {
    const open = new Map(Object.entries(stores)).get(store.name);
    if (open === undefined) throw new Error(`no store ${store.name}`);
    return open(store, context);
  },
});

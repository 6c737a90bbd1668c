import type { Clock } from '../../../../lib/clock.ts';
import type { ApiKey, MachineAccount, Project, Secret } from './types.ts';

const byRevision = (a: { revisedAt: number }, b: { revisedAt: number }): number => a.revisedAt - b.revisedAt;

/** What one organisation keeps at Bitwarden, and who may read what of it. Nothing in it is readable without its key. */
export class Organization {
  readonly id: string;
  /** Whether it may use Secrets Manager; nobody logs in otherwise. */
  enabled = true;
  readonly projects = new Map<string, Project>();
  readonly secrets = new Map<string, Secret>();
  readonly accounts = new Map<string, MachineAccount>();
  readonly apiKeys = new Map<string, ApiKey>();
  readonly #clock: Clock;

  constructor(id: string, clock: Clock) {
    this.id = id;
    this.#clock = clock;
  }

  /** A secret that is not in the trash. */
  secret(id: string): Secret | undefined {
    const secret = this.secrets.get(id);
    return secret?.deletedAt === undefined ? secret : undefined;
  }

  projectOf(secret: Secret): Project | undefined {
    return secret.projectId === undefined ? undefined : this.projects.get(secret.projectId);
  }

  mayRead(account: MachineAccount | undefined, secret: Secret): boolean {
    if (account === undefined) return false;
    return (
      account.secrets.has(secret.id) ||
      (secret.projectId !== undefined && account.projects.has(secret.projectId))
    );
  }

  /** The secrets that an account may read, the one that has changed last at the end. */
  readable(account: MachineAccount | undefined): Secret[] {
    return [...this.secrets.values()]
      .filter((secret) => secret.deletedAt === undefined && this.mayRead(account, secret))
      .sort(byRevision);
  }

  readableProjects(account: MachineAccount | undefined): Project[] {
    return [...this.projects.values()]
      .filter(({ id }) => account?.projects.has(id) === true)
      .sort(byRevision);
  }

  /** Changes a secret: its revision moves, and that of the accounts that could read it before or can now. */
  change(secret: Secret, change: () => void): void {
    const before = this.#readersOf(secret);
    change();
    this.#revise(secret);
    for (const account of [...before, ...this.#readersOf(secret)]) this.touch(account);
  }

  /** Adds a secret, news for who may read it. */
  add(secret: Secret): void {
    this.secrets.set(secret.id, secret);
    for (const account of this.#readersOf(secret)) this.touch(account);
  }

  /** Removes a project; its secrets stay, in no project. */
  removeProject(project: Project): void {
    for (const account of this.accounts.values())
      if (account.projects.delete(project.id)) this.touch(account);
    for (const secret of this.secrets.values())
      if (secret.projectId === project.id) {
        secret.projectId = undefined;
        this.#revise(secret);
      }
    this.projects.delete(project.id);
  }

  /** There is news for an account. */
  touch(account: MachineAccount): void {
    account.revisedAt = this.#clock.now();
  }

  /** A revision is later than the one before, also where a clock stands still. */
  #revise(secret: Secret): void {
    secret.revisedAt = Math.max(this.#clock.now(), secret.revisedAt + 1);
  }

  #readersOf(secret: Secret): MachineAccount[] {
    return [...this.accounts.values()].filter((account) => this.mayRead(account, secret));
  }
}

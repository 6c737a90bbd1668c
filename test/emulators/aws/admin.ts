import { randomUUID } from 'node:crypto';
import type { AwsCore } from './core.ts';
import type { RoleSetup } from './iam/role.ts';
import type { KeyProblem, Secret, SecretValue } from './secrets/secret.ts';
import type { AwsSetup, SecretContent, SecretOptions, SecretSetup } from './setup.ts';
import type { Limit } from './throttle.ts';

const valueOf = (content: SecretContent): SecretValue => {
  if (typeof content === 'string') return { kind: 'string', text: content };
  if ('json' in content) return { kind: 'string', text: JSON.stringify(content.json) };
  return { kind: 'binary', bytes: Buffer.from(content.binary, 'base64') };
};

const optionsOf = (setup: SecretSetup): SecretOptions =>
  typeof setup === 'object' && 'value' in setup ? setup : { value: setup };

export interface RotateOptions {
  /** A made-up UUID by default. */
  readonly versionId?: string | undefined;
  /** `AWSCURRENT` by default. */
  readonly stages?: readonly string[] | undefined;
}

/** What an administrator does, without requests; names mean the server's own account. */
export class AwsAdmin {
  readonly #core: AwsCore;
  readonly #associations: Map<string, string>;

  constructor(core: AwsCore, associations: Map<string, string>) {
    this.#core = core;
    this.#associations = associations;
  }

  /** Makes what a set-up describes. Throws on what AWS would refuse. */
  apply(setup: AwsSetup): void {
    for (const [name, role] of Object.entries(setup.roles ?? {})) this.setRole(name, role);
    for (const [name, user] of Object.entries(setup.users ?? {}))
      this.#core.callers.addUser(this.#core.account, name, user);
    for (const [name, secret] of Object.entries(setup.secrets ?? {})) this.createSecret(name, secret);
    for (const [who, role] of Object.entries(setup.podIdentity ?? {})) this.associate(who, role);
  }

  /** Makes a role or changes it; its sessions feel it at once. Returns its ARN. */
  setRole(name: string, setup: RoleSetup): string {
    return this.#core.roles.set(name, setup).arn;
  }

  deleteRole(name: string): void {
    this.#core.roles.delete(name);
  }

  /** Denies a role everything, as an explicit deny in its policies would, until told otherwise. */
  denyRole(name: string, denied = true): void {
    this.#core.access.denyRole(this.#core.roles.arnOf(name), denied);
  }

  /** Forgets all sessions, or those of a role. How many there were. */
  revokeSessions(role?: string): number {
    return this.#core.callers.revokeSessions(role === undefined ? undefined : this.#core.roles.arnOf(role));
  }

  /** How many sessions have not expired. */
  liveSessions(): number {
    return this.#core.callers.liveSessions();
  }

  /** Makes a secret. Returns its ARN. */
  createSecret(name: string, setup: SecretSetup): string {
    const { value, account = this.#core.account, ...rest } = optionsOf(setup);
    if (this.#core.store.find(account, name) !== undefined)
      throw new Error(`there is a secret ${name} already`);
    const secret = this.#core.store.create(account, name);
    Object.assign(secret, rest);
    secret.add(randomUUID(), valueOf(value), ['AWSCURRENT'], this.#core.clock.now());
    return secret.arn;
  }

  /** Gives a secret a new version. Returns the version's id. */
  rotate(name: string, value: SecretContent, options: RotateOptions = {}): string {
    const { versionId = randomUUID(), stages = ['AWSCURRENT'] } = options;
    return this.#secret(name).add(versionId, valueOf(value), stages, this.#core.clock.now()).id;
  }

  /** Moves a staging label to a version, or takes it away. */
  moveStage(name: string, stage: string, versionId: string | undefined): void {
    this.#secret(name).moveStage(stage, versionId);
  }

  /** Marks a secret for deletion in 30 days, or removes it at once. */
  deleteSecret(name: string, { force = false }: { readonly force?: boolean } = {}): void {
    const secret = this.#secret(name);
    const now = this.#core.clock.now();
    if (force) this.#core.store.remove(secret);
    else secret.deletion = { at: now, until: now + 30 * 24 * 60 * 60 * 1000 };
  }

  restoreSecret(name: string): void {
    this.#secret(name).deletion = undefined;
  }

  /** Makes the key of a secret unusable: `denied` to the caller, or `failed` for everybody; undefined makes it good again. */
  breakKey(name: string, problem: KeyProblem | undefined): void {
    this.#secret(name).keyProblem = problem;
  }

  /** The ARN of a secret. */
  arnOf(name: string): string {
    return this.#secret(name).arn;
  }

  /** Sets or takes away the limit of an operation. */
  limit(operation: string, limit: Limit | undefined): void {
    this.#core.throttle.limit(operation, limit);
  }

  /** Gives a ServiceAccount (`namespace/name`) a role through EKS Pod Identity, or takes it away. */
  associate(serviceAccount: string, role: string | undefined): void {
    if (role === undefined) this.#associations.delete(serviceAccount);
    else this.#associations.set(serviceAccount, this.#core.roles.arnOf(role));
  }

  #secret(name: string): Secret {
    const secret = this.#core.store.find(this.#core.account, name);
    if (secret === undefined) throw new Error(`there is no secret ${name}`);
    return secret;
  }
}

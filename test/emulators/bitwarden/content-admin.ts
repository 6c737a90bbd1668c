import { encrypt } from './crypto/enc-string.ts';
import { Directory } from './organization/directory.ts';
import { idOr } from './organization/uuid.ts';
import type { BitwardenCore } from './core.ts';
import type { Secret } from './organization/types.ts';
import type { ProjectSetup, SecretSetup } from './setup.ts';

/** What may be changed of a secret; the rest stays as it is. */
export interface SecretChanges {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  readonly note?: string | undefined;
}

/** What people do with projects and secrets. Names are those of `Directory`. */
export class ContentAdmin {
  readonly core: BitwardenCore;
  protected readonly directory: Directory;

  constructor(core: BitwardenCore) {
    this.core = core;
    this.directory = new Directory(core.organization, core.organizationKey);
  }

  get organizationId(): string {
    return this.core.organization.id;
  }

  /** Makes a project, whose name others may have too. Returns its id. */
  createProject(name: string, setup: ProjectSetup = {}): string {
    const now = this.core.clock.now();
    const id = idOr(setup.id);
    const project = { id, name: this.#encrypt(name), createdAt: now, revisedAt: now };
    this.core.organization.projects.set(id, project);
    return id;
  }

  /** Deletes a project. Its secrets stay, in no project. */
  deleteProject(project: string): void {
    this.core.organization.removeProject(this.directory.project(project));
  }

  projectId(project: string): string {
    return this.directory.project(project).id;
  }

  /** Makes a secret. Returns its id. */
  createSecret(setup: SecretSetup): string {
    const { key, value, note = '', project } = setup;
    const now = this.core.clock.now();
    const secret: Secret = {
      id: idOr(setup.id),
      ...{ key: this.#encrypt(key), value: this.#encrypt(value), note: this.#encrypt(note) },
      projectId: project === undefined ? undefined : this.directory.project(project).id,
      ...{ createdAt: now, revisedAt: now, deletedAt: undefined },
    };
    this.core.organization.add(secret);
    return secret.id;
  }

  secretId(secret: string): string {
    return this.directory.secret(secret).id;
  }

  /** Gives a secret a new value. */
  rotate(secret: string, value: string): void {
    this.changeSecret(secret, { value });
  }

  /** Changes a secret; its revision moves even where nothing is different. */
  changeSecret(secret: string, changes: SecretChanges): void {
    const found = this.directory.secret(secret);
    const encrypted = Object.entries(changes as Readonly<Record<string, string | undefined>>)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([name, text]) => [name, this.#encrypt(text)] as const);
    this.core.organization.change(found, () => Object.assign(found, Object.fromEntries(encrypted)));
  }

  /** Moves a secret to another project, or to none. */
  moveSecret(secret: string, project: string | undefined): void {
    const found = this.directory.secret(secret);
    const projectId = project === undefined ? undefined : this.directory.project(project).id;
    this.core.organization.change(found, () => (found.projectId = projectId));
  }

  /** Puts a secret in the trash, where only `restoreSecret` by its id finds it. */
  deleteSecret(secret: string): void {
    const found = this.directory.secret(secret);
    this.core.organization.change(found, () => (found.deletedAt = this.core.clock.now()));
  }

  restoreSecret(id: string): void {
    const found = this.core.organization.secrets.get(id);
    if (found?.deletedAt === undefined) throw new Error(`there is no secret ${id} in the trash`);
    this.core.organization.change(found, () => (found.deletedAt = undefined));
  }

  #encrypt(text: string): string {
    return encrypt(this.core.organizationKey, text);
  }
}

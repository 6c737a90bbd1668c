import { decrypt } from '../crypto/enc-string.ts';
import { isUuid } from './uuid.ts';
import type { Organization } from './organization.ts';
import type { MachineAccount, Project, Secret } from './types.ts';

/**
 * Finds things as people name them: by their id, or by their name where no other has it. Throws where a name says nothing or too
 * much.
 */
export class Directory {
  readonly #organization: Organization;
  readonly #key: Buffer;

  constructor(organization: Organization, key: Buffer) {
    this.#organization = organization;
    this.#key = key;
  }

  /** A secret that is not in the trash. */
  secret(name: string): Secret {
    const live = [...this.#organization.secrets.values()].filter(({ deletedAt }) => deletedAt === undefined);
    return theOne(live, name, 'secret', ({ key }) => this.#isNamed(key, name));
  }

  project(name: string): Project {
    const projects = [...this.#organization.projects.values()];
    return theOne(projects, name, 'project', (project) => this.#isNamed(project.name, name));
  }

  account(name: string): MachineAccount {
    const accounts = [...this.#organization.accounts.values()];
    return theOne(accounts, name, 'machine account', (account) => account.name === name);
  }

  #isNamed(encrypted: string, name: string): boolean {
    const text = decrypt(this.#key, encrypted);
    return text.ok && text.value === name;
  }
}

function theOne<T extends { readonly id: string }>(
  all: readonly T[],
  name: string,
  kind: string,
  isNamed: (one: T) => boolean,
): T {
  const found = isUuid(name) ? all.filter(({ id }) => id === name.toLowerCase()) : all.filter(isNamed);
  if (found.length > 1) throw new Error(`there are ${found.length} ${kind}s called ${name}`);
  if (found[0] === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found[0];
}

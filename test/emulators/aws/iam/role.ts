import { createHash } from 'node:crypto';
import { parseArn, roleArn } from './arn.ts';
import { policyProblem } from './policy.ts';
import type { PolicyDocument } from './document.ts';

/** A role as a set-up describes it. */
export interface RoleSetup {
  /** Who may assume it. */
  readonly trust: PolicyDocument;
  /** What it may do: nothing by default. */
  readonly policy?: PolicyDocument | readonly PolicyDocument[] | undefined;
  /** Seconds; 3600 by default. */
  readonly maxSessionDuration?: number | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface Role {
  readonly arn: string;
  /** `AROA…`, the first part of its sessions' user ids. */
  readonly id: string;
  readonly account: string;
  /** Without the path. */
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly PolicyDocument[];
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** An id as AWS makes them, always the same one for the same text. */
export const idOf = (prefix: string, text: string): string =>
  prefix +
  [...createHash('sha256').update(text).digest().subarray(0, 17)]
    .map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32] ?? '')
    .join('');

function checked(arn: string, what: string, document: PolicyDocument): PolicyDocument {
  const problem = policyProblem(document);
  if (problem !== undefined) throw new Error(`role ${arn}: ${what}: ${problem}`);
  return document;
}

function policiesOf({ policy }: RoleSetup): readonly PolicyDocument[] {
  if (policy === undefined) return [];
  return Array.isArray(policy) ? (policy as readonly PolicyDocument[]) : [policy as PolicyDocument];
}

/** The roles of all accounts, by ARN. */
export class Roles {
  readonly #account: string;
  readonly #roles = new Map<string, Role>();

  constructor(account: string) {
    this.#account = account;
  }

  /** The ARN of a role that may be given by name, with its path if it has one. */
  arnOf(name: string): string {
    return name.startsWith('arn:') ? name : roleArn(this.#account, name.replace(/^\//, ''));
  }

  /** Makes a role or puts it in another's place. Throws on policies that are none. */
  set(name: string, setup: RoleSetup): Role {
    const arn = this.arnOf(name);
    const role: Role = {
      arn,
      id: idOf('AROA', arn),
      account: parseArn(arn)?.account ?? this.#account,
      name: arn.split('/').at(-1) ?? '',
      trust: checked(arn, 'trust', setup.trust),
      policies: policiesOf(setup).map((policy) => checked(arn, 'policy', policy)),
      maxSessionDuration: setup.maxSessionDuration ?? 3600,
      tags: setup.tags ?? {},
    };
    this.#roles.set(arn, role);
    return role;
  }

  get(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  delete(name: string): boolean {
    return this.#roles.delete(this.arnOf(name));
  }
}

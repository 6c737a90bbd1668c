import { createHash, randomBytes } from 'node:crypto';
import { sessionArn } from './iam/arn.ts';
import { idOf } from './iam/role.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { PolicyDocument } from './iam/document.ts';
import type { Role } from './iam/role.ts';

/** Somebody who can sign requests. */
export interface Caller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
  /** Of a user; a role's are looked up each time, since they can change under its sessions. */
  readonly policies: readonly PolicyDocument[];
  /** Only of a session. */
  readonly session?: Session;
}

/** What a role was assumed with. */
export interface Session {
  readonly roleArn: string;
  /** Has to be sent with each request. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The role's tags and over them the session's. */
  readonly tags: Readonly<Record<string, string>>;
  /** Keys of those that the next session inherits. */
  readonly transitiveTagKeys: readonly string[];
  /** Takes away from what the role may do. */
  readonly policy: PolicyDocument | undefined;
}

export interface SessionInput {
  readonly role: Role;
  readonly name: string;
  readonly durationSeconds: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly policy?: PolicyDocument | undefined;
}

/** An IAM user with a key that does not expire. */
export interface UserSetup {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly policy?: PolicyDocument | undefined;
}

/** What tells one access key from another in a log. */
export const hashKey = (accessKeyId: string): string =>
  accessKeyId === '' ? '' : createHash('sha256').update(accessKeyId).digest('hex').slice(0, 16);

/** How long after its end a session is still called expired and not unknown. */
const remembered = 24 * 60 * 60 * 1000;

/** Everybody who can sign requests, by access key. */
export class Callers {
  readonly #clock: Clock;
  readonly #callers = new Map<string, Caller>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addUser(account: string, name: string, setup: UserSetup): void {
    const { accessKeyId, secretAccessKey, policy } = setup;
    const arn = `arn:aws:iam::${account}:user/${name}`;
    const policies = policy === undefined ? [] : [policy];
    this.#callers.set(accessKeyId, {
      ...{ accessKeyId, secretAccessKey, arn, account, policies },
      userId: idOf('AIDA', arn),
    });
  }

  /** Makes temporary credentials. */
  addSession(input: SessionInput): Caller & { readonly session: Session } {
    const { role, name, durationSeconds, tags = {}, transitiveTagKeys = [], policy } = input;
    this.#count += 1;
    const accessKeyId = idOf('ASIA', `${randomBytes(16).toString('hex')}${this.#count}`).slice(0, 20);
    const session: Session = {
      roleArn: role.arn,
      token: `IQoJb3JpZ2luX2Vj${randomBytes(180).toString('base64')}`,
      expiresAt: Math.floor(this.#clock.now() / 1000) * 1000 + durationSeconds * 1000,
      tags: { ...role.tags, ...tags },
      transitiveTagKeys,
      policy,
    };
    const caller = {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      arn: sessionArn(role.account, role.name, name),
      userId: `${role.id}:${name}`,
      account: role.account,
      policies: [],
      session,
    };
    this.#callers.set(accessKeyId, caller);
    this.#forgetOld();
    return caller;
  }

  get(accessKeyId: string): Caller | undefined {
    return this.#callers.get(accessKeyId);
  }

  /** How many sessions have not expired. */
  liveSessions(): number {
    return [...this.#callers.values()].filter(({ session }) => (session?.expiresAt ?? 0) > this.#clock.now())
      .length;
  }

  /** Forgets all sessions, or those of a role: their keys are unknown from then on. How many there were. */
  revokeSessions(roleArn?: string): number {
    const found = [...this.#callers.values()].filter(
      ({ session }) => session !== undefined && (roleArn ?? session.roleArn) === session.roleArn,
    );
    for (const { accessKeyId } of found) this.#callers.delete(accessKeyId);
    return found.length;
  }

  #forgetOld(): void {
    const limit = this.#clock.now() - remembered;
    for (const { accessKeyId, session } of this.#callers.values())
      if (session !== undefined && session.expiresAt < limit) this.#callers.delete(accessKeyId);
  }
}

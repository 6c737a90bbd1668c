import {
  encryptedPayload,
  formatAccessToken,
  hashSecret,
  makeAccessToken,
  parseAccessToken,
} from './crypto/access-token.ts';
import { ContentAdmin } from './content-admin.ts';
import { idOr } from './organization/uuid.ts';
import type { AccessToken } from './crypto/access-token.ts';
import type { BitwardenSetup, MachineAccountSetup } from './setup.ts';

export interface AccessTokenOptions {
  /** Milliseconds since the epoch; never by default. */
  readonly expiresAt?: number | undefined;
  /** One that is known beforehand. */
  readonly token?: string | undefined;
}

/** What an account may read: a whole project or one secret, by name or id. */
export type Grant = { readonly project: string } | { readonly secret: string };

/** What people do in Bitwarden's web application, without requests. Throws on what cannot be. */
export class BitwardenAdmin extends ContentAdmin {
  /** The access token that each account got last, by its id. */
  readonly #tokens = new Map<string, string>();

  /** Makes what a set-up describes. */
  apply(setup: BitwardenSetup): void {
    for (const [name, project] of Object.entries(setup.projects ?? {})) this.createProject(name, project);
    for (const secret of setup.secrets ?? []) this.createSecret(secret);
    for (const [name, account] of Object.entries(setup.machineAccounts ?? {}))
      this.createMachineAccount(name, account);
  }

  /** Makes a machine account with its access tokens. Returns its id. */
  createMachineAccount(name: string, setup: MachineAccountSetup = {}): string {
    const id = idOr(setup.id);
    const projects = new Set((setup.projects ?? []).map((project) => this.directory.project(project).id));
    const account = { id, name, projects, secrets: new Set<string>(), revisedAt: this.core.clock.now() };
    this.core.organization.accounts.set(id, account);
    for (const token of setup.accessTokens ?? [undefined]) this.issueAccessToken(id, { token });
    return id;
  }

  /** Deletes a machine account with its access tokens; who is logged in as it sees nothing any more. */
  deleteMachineAccount(account: string): void {
    const { id } = this.directory.account(account);
    const { apiKeys, accounts } = this.core.organization;
    for (const key of apiKeys.values()) if (key.accountId === id) apiKeys.delete(key.id);
    accounts.delete(id);
  }

  /** Lets an account read something more. */
  grant(account: string, grant: Grant): void {
    const found = this.directory.account(account);
    if ('project' in grant) found.projects.add(this.directory.project(grant.project).id);
    else found.secrets.add(this.directory.secret(grant.secret).id);
    this.core.organization.touch(found);
  }

  /** Takes away what `grant` or the set-up gave. */
  withdraw(account: string, grant: Grant): void {
    const found = this.directory.account(account);
    if ('project' in grant) found.projects.delete(this.directory.project(grant.project).id);
    else found.secrets.delete(this.directory.secret(grant.secret).id);
    this.core.organization.touch(found);
  }

  /** Makes an access token for an account. */
  issueAccessToken(account: string, options: AccessTokenOptions = {}): string {
    const { id } = this.directory.account(account);
    const token = options.token === undefined ? makeAccessToken() : parsed(options.token);
    this.core.organization.apiKeys.set(token.id, {
      ...{ id: token.id, accountId: id, expiresAt: options.expiresAt },
      secretHash: hashSecret(token.secret),
      encryptedPayload: encryptedPayload(token, this.core.organizationKey),
    });
    const text = formatAccessToken(token);
    this.#tokens.set(id, text);
    return text;
  }

  /** The access token that an account got last. */
  accessToken(account: string): string {
    const text = this.#tokens.get(this.directory.account(account).id);
    if (text === undefined) throw new Error(`${account} has no access token`);
    return text;
  }

  /** Revokes an access token. Who is logged in stays so until the session ends, as at Bitwarden. */
  revokeAccessToken(text: string): void {
    this.core.organization.apiKeys.delete(parsed(text).id);
  }

  /** Ends all sessions, as a server does that signs with another key after its restart. */
  endSessions(): void {
    this.core.sessions.end();
  }

  /** Takes Secrets Manager away from the organisation (nobody logs in), or gives it back. */
  setEnabled(enabled: boolean): void {
    this.core.organization.enabled = enabled;
  }
}

function parsed(text: string): AccessToken {
  const token = parseAccessToken(text);
  if (!token.ok) throw new Error(token.error);
  return token.value;
}

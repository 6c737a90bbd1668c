/** What the process that has Bitwarden's SDK is asked, and what it answers. Both travel as JSON over the pipe between the two. */

/** Logs in; the client made for it is what later commands go to. */
interface LoginCommand {
  readonly kind: 'login';
  readonly apiUrl: string;
  readonly identityUrl: string;
  readonly accessToken: string;
}

/** Asks for what the machine account may read. */
interface SyncCommand {
  readonly kind: 'sync';
  readonly organizationId: string;
  /** ISO 8601, by the server's clock; undefined: whatever was changed when. */
  readonly since?: string | undefined;
}

interface ReadCommand {
  readonly kind: 'read';
  readonly ids: readonly string[];
}

export type SdkCommand = LoginCommand | SyncCommand | ReadCommand;

/** A secret, but for its value. */
export interface SecretName {
  /** Lower case. */
  readonly id: string;
  readonly name: string;
  readonly projectId?: string;
  /** When it was changed, ISO 8601; its version. */
  readonly revision: string;
}

export interface SecretWithValue extends SecretName {
  readonly value: string;
}

export interface SdkReplies {
  readonly login: null;
  /** null: nothing has changed. */
  readonly sync: readonly SecretName[] | null;
  readonly read: readonly SecretWithValue[];
}

/**
 * Why a command failed, as far as the SDK tells. Its sentences stay in its process: they quote whole answers of the server.
 * `absent`: there is no SDK for this machine. `token`: what is to log in is no access token. `crypto`: the answer came, and does not decrypt.
 * `failed`: everything else; whoever forwarded the requests knows more.
 */
export type SdkFailure = 'absent' | 'token' | 'crypto' | 'failed';

export interface SdkRequest {
  readonly id: number;
  readonly command: SdkCommand;
}

export type SdkAnswer =
  | { readonly id: number; readonly reply: SdkReplies[keyof SdkReplies] }
  | { readonly id: number; readonly failure: SdkFailure };

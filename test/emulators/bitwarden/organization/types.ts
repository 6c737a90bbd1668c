/** What is named or kept by its users, as the server has it: encrypted by the clients. */
export type Encrypted = string;

export interface Project {
  readonly id: string;
  name: Encrypted;
  readonly createdAt: number;
  revisedAt: number;
}

export interface Secret {
  readonly id: string;
  key: Encrypted;
  value: Encrypted;
  note: Encrypted;
  /** A secret is in one project or in none. */
  projectId: string | undefined;
  readonly createdAt: number;
  revisedAt: number;
  /** Set while it lies in the trash, where nobody reads it. */
  deletedAt: number | undefined;
}

export interface MachineAccount {
  readonly id: string;
  readonly name: string;
  /** The ids of projects and single secrets that it may read. */
  readonly projects: Set<string>;
  readonly secrets: Set<string>;
  /** Moves whenever something changes that it may read: `sync` goes by it. */
  revisedAt: number;
}

/** An access token as the server keeps it. */
export interface ApiKey {
  readonly id: string;
  readonly accountId: string;
  readonly secretHash: Buffer;
  readonly encryptedPayload: Encrypted;
  /** Milliseconds since the epoch; undefined for never. */
  readonly expiresAt: number | undefined;
}

/** A secret in plain text; it is encrypted as a client would before anything keeps it. */
export interface SecretSetup {
  /** Its name, which others may have too. */
  readonly key: string;
  readonly value: string;
  /** Empty by default. */
  readonly note?: string | undefined;
  /** The name or the id of its project; in none by default. */
  readonly project?: string | undefined;
  /** A made-up UUID by default. */
  readonly id?: string | undefined;
}

export interface MachineAccountSetup {
  readonly id?: string | undefined;
  /** Names or ids of the projects that it may read. */
  readonly projects?: readonly string[] | undefined;
  /** Access tokens that are known beforehand, `0.<id>.<secret>:<key>`; one is made up by default. */
  readonly accessTokens?: readonly string[] | undefined;
}

export interface ProjectSetup {
  readonly id?: string | undefined;
}

/** What an organisation holds. */
export interface BitwardenSetup {
  /** Made up by default. */
  readonly organizationId?: string | undefined;
  /** 64 bytes in base64; made up by default. */
  readonly organizationKey?: string | undefined;
  /** By name. */
  readonly projects?: Readonly<Record<string, ProjectSetup>> | undefined;
  readonly secrets?: readonly SecretSetup[] | undefined;
  /** By name. */
  readonly machineAccounts?: Readonly<Record<string, MachineAccountSetup>> | undefined;
}

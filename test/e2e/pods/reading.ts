/** What the apps of this driver say of a file: never its value. */
export interface FileReading {
  /** The first 12 hexadecimal digits of the value's SHA-256. */
  readonly hash: string;
  readonly bytes: number;
  /** Octal, four digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}

/** One line of an app's log. */
export interface Reading {
  /** When the app's process started, in milliseconds since the epoch by its node's clock. */
  readonly startedAt: number;
  readonly uid: number;
  readonly gid: number;
  /** How often the files were read so far. */
  readonly reads: number;
  /** How often a file that had been there was missing, or could not be read. */
  readonly failures: number;
  /** By relative path: what one look at a single generation found. */
  readonly files: Readonly<Record<string, FileReading>>;
}

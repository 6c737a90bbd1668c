import { constants } from 'node:fs';
import type { Logger } from '../lib/log.ts';
import { Redacted } from '../lib/redacted.ts';
import { decodeState, emptyState, encodeState, type AgentState } from './core/state-format.ts';
import { systemErrorCode, unless, type FileSystem } from './publish/file-system.ts';

export interface StateFileOptions {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly log: Logger;
}

/**
 * The file in `keyferry-state` that carries last good documents and logins from one process of the pod to the next. It is a help,
 * never a condition: what cannot be read or written is a warning, and the agent goes on with what it has.
 */
export class StateFile {
  readonly #path: string;
  readonly #fileSystem: FileSystem;
  readonly #log: Logger;

  constructor({ path, fileSystem, log }: StateFileOptions) {
    this.#path = path;
    this.#fileSystem = fileSystem;
    this.#log = log;
  }

  /** What the process before this one left, or an empty state. */
  load(): AgentState {
    try {
      const text = this.#read();
      if (text === undefined) return emptyState;
      const state = decodeState(text);
      if (state.ok) return state.value;
      this.#log.warn({ reason: state.error }, 'the state file is left unread');
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      this.#log.warn({ reason: code }, 'the state file cannot be read');
    }
    return emptyState;
  }

  /** Replaces the file in one step: a reader or a crash sees the old text or the new one. */
  save(state: AgentState): void {
    const draft = `${this.#path}.tmp`;
    try {
      this.#write(draft, encodeState(state));
      this.#fileSystem.renameSync(draft, this.#path);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      this.#log.warn(
        { reason: code },
        'the state file cannot be written: a restart would begin from an older state',
      );
      this.#discard(draft);
    }
  }

  #read(): Redacted<string> | undefined {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = unless(['ENOENT'], () => this.#fileSystem.openSync(this.#path, flags));
    if (file === undefined) return undefined;
    try {
      return new Redacted(this.#fileSystem.readFileSync(file, 'utf8'));
    } finally {
      this.#fileSystem.closeSync(file);
    }
  }

  #write(draft: string, text: Redacted<string>): void {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    const file = this.#fileSystem.openSync(draft, flags, 0o600);
    try {
      const bytes = Buffer.from(text.reveal());
      for (let written = 0; written < bytes.length;)
        written += this.#fileSystem.writeSync(file, bytes, written, bytes.length - written);
    } finally {
      this.#fileSystem.closeSync(file);
    }
  }

  /** A half-written draft must not hold the room that the next one needs. */
  #discard(draft: string): void {
    try {
      this.#fileSystem.unlinkSync(draft);
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
}

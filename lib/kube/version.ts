import type { Clock } from '../clock.ts';
import { err, ok, type Result } from '../result.ts';
import type { KubeConnection } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { responseFailure, thrownFailure } from './failure.ts';
import { isRecord } from './object.ts';

/** What `/version` answers; managed services append to the numbers (`30+`). */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

const oldest = { major: 1, minor: 30 };

/** Whether Keyferry works with this API server: 1.30 brought all of native sidecars, match conditions and admission policies. */
export const checkServerVersion = (version: ServerVersion): Result<ServerVersion, string> => {
  const major = Number.parseInt(version.major, 10);
  const minor = Number.parseInt(version.minor, 10);
  if (Number.isNaN(major) || Number.isNaN(minor)) {
    return err(`the API server says that it is version "${version.gitVersion}", which cannot be understood`);
  }
  const fits = major > oldest.major || (major === oldest.major && minor >= oldest.minor);
  return fits
    ? ok(version)
    : err(
        `Kubernetes ${version.gitVersion} is too old: Keyferry needs ${oldest.major}.${oldest.minor} or later ` +
          '(native sidecar containers, CEL match conditions and admission policies)',
      );
};

const parseVersion = (body: unknown): ServerVersion => {
  const record = isRecord(body) ? body : {};
  const text = (name: string): string => (typeof record[name] === 'string' ? record[name] : '');
  return { major: text('major'), minor: text('minor'), gitVersion: text('gitVersion') };
};

export type VersionFailure =
  /** The server is there and does not fit. */
  | { readonly kind: 'unsupported'; readonly message: string }
  /** The server could not be asked; it may be worth trying again. */
  | { readonly kind: 'unreachable'; readonly message: string };

const answerWithin = 10_000;

/** Asks the API server for its version and checks it. */
export const readServerVersion = async (
  connection: KubeConnection,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Result<ServerVersion, VersionFailure>> => {
  try {
    return await withDeadline({ clock, milliseconds: answerWithin, signal }, async (within) => {
      const response = await connection.request({ method: 'GET', path: '/version', signal: within });
      if (response.status !== 200) {
        return err({ kind: 'unreachable', message: (await responseFailure(response)).message });
      }
      const checked = checkServerVersion(parseVersion(JSON.parse(await response.text())));
      return checked.ok ? checked : err({ kind: 'unsupported', message: checked.error });
    });
  } catch (error) {
    return err({ kind: 'unreachable', message: thrownFailure(error).message });
  }
};

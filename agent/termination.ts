import { constants } from 'node:fs';
import { systemErrorCode, type FileSystem } from './publish/file-system.ts';

/**
 * Leaves a message for `kubectl describe`. Where that fails the log has it too, and the containers' `FallbackToLogsOnError`
 * makes the kubelet look there. Returns the system's code of a failure.
 */
export const writeTerminationMessage = (
  fileSystem: FileSystem,
  path: string,
  message: string,
): string | undefined => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK;
  try {
    const file = fileSystem.openSync(path, flags, 0o600);
    try {
      fileSystem.writeSync(file, Buffer.from(message));
    } finally {
      fileSystem.closeSync(file);
    }
    return undefined;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    return code;
  }
};

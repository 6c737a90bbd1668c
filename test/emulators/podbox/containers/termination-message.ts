import { readFile } from 'node:fs/promises';

const fileLimit = 4096;
const logLimit = { bytes: 2048, lines: 80 };
const podLimit = 12 * 1024;

/** The last bytes of a text; a character that is cut in two becomes a replacement character, as in the kubelet's JSON. */
const lastBytes = (text: string, limit: number): string => {
  const bytes = Buffer.from(text);
  return bytes.subarray(Math.max(0, bytes.length - limit)).toString();
};

const lastLines = (text: string, limit: number): string => {
  const lines = text.split('\n');
  const ended = lines.at(-1) === '' ? 1 : 0;
  return lines.slice(Math.max(0, lines.length - ended - limit)).join('\n');
};

export interface MessageSource {
  readonly file: string;
  readonly policy: string | undefined;
  readonly exitCode: number;
  readonly log: string;
  /** All containers of the pod share 12 KiB. */
  readonly containers: number;
}

/**
 * What a container leaves as its last words: the end of its termination message file, else, where the policy says so and it failed,
 * the end of its log. https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/#customizing-the-termination-message
 */
export const terminationMessage = async (source: MessageSource): Promise<string> => {
  const written = lastBytes(await readFile(source.file, 'utf8').catch(() => ''), fileLimit);
  const fromLog = source.policy === 'FallbackToLogsOnError' && source.exitCode !== 0 && written === '';
  const message = fromLog ? lastBytes(lastLines(source.log, logLimit.lines), logLimit.bytes) : written;
  return Buffer.from(message)
    .subarray(0, Math.floor(podLimit / source.containers))
    .toString();
};

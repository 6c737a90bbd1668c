import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { errorMessage } from '../error-message.ts';
import type { Logger } from '../log.ts';
import { watchPaths } from '../path-changes.ts';
import { err, ok, type Result } from '../result.ts';
import { parseBrokerInstall, type BrokerInstall } from './install.ts';

/** The broker's file as it was the last time that it could be read. */
export interface InstallFile {
  /** The same object as long as the file says the same. */
  readonly current: () => BrokerInstall;
  /** Calls `listener` when the file says something else; returns a function that ends this. Listeners must not throw. */
  readonly onChange: (listener: () => void) => () => void;
  readonly stop: () => Promise<void>;
}

export interface InstallFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Loaded {
  readonly text: string;
  readonly install: BrokerInstall;
}

const load = async (path: string, before?: Loaded): Promise<Result<Loaded, readonly string[]>> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return err([`${path}: ${errorMessage(error)}`]);
  }
  if (text === before?.text) return ok(before);
  const install = parseBrokerInstall(text);
  return install.ok
    ? ok({ text, install: install.value })
    : err(install.error.map((problem) => `${path}: ${problem}`));
};

/** Reads the broker's file once, for commands. The error lists all that is wrong, each sentence with the file's name. */
export const readInstallFile = async (path: string): Promise<Result<BrokerInstall, readonly string[]>> => {
  const loaded = await load(path);
  return loaded.ok ? ok(loaded.value.install) : loaded;
};

/**
 * Reads the broker's file, and again whenever it changes. It must be right at first; later, where it is not, what was read before stays in
 * use and the problems are logged, once.
 */
export const watchInstallFile = async ({
  path,
  clock,
  log,
}: InstallFileOptions): Promise<Result<InstallFile, readonly string[]>> => {
  let loaded: Loaded | undefined;
  let said = '';
  const listeners = new Set<() => void>();

  const reread = async (): Promise<void> => {
    const next = await load(path, loaded);
    const problems = next.ok ? '' : next.error.join('; ');
    if (!next.ok && problems !== said)
      log.error(
        { problems: next.error },
        "the broker's configuration has problems; what was read before stays in use",
      );
    said = problems;
    if (!next.ok || next.value === loaded) return;
    loaded = next.value;
    const { credentials, serviceAccounts } = loaded.install;
    log.info(
      { credentials: credentials.length, serviceAccounts: serviceAccounts.length },
      "the broker's configuration was read again",
    );
    for (const listener of [...listeners]) listener();
  };

  // Watched before it is read, so that no change falls in between.
  const { promise: started, resolve: start } = Promise.withResolvers<undefined>();
  const stop = await watchPaths({ paths: [path], clock, log, onChange: () => started.then(reread) });
  const read = await load(path);
  if (read.ok) loaded = read.value;
  start(undefined);
  if (!read.ok) {
    await stop();
    return read;
  }
  const { install } = read.value;
  return ok({
    current: () => loaded?.install ?? install,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
  });
};

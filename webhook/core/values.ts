import { hasControlCharacter } from '../../lib/file-path.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { Lifecycle } from '../../lib/plan.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { isSubdomain, quoted, sentenceList, withoutTrailingSlashes } from '../../lib/text.ts';

/** Reads an annotation's value; the error is a sentence to be read after the annotation's name. */
export type ValueParser<T> = (text: string) => Result<T, string>;

const lifecycles: readonly Lifecycle[] = ['native', 'init+sidecar', 'init', 'sidecar'];

const minimumIntervalMs = 10_000;
const minimumStartTimeoutMs = 1000;

export const storeName: ValueParser<string> = (text) =>
  isSubdomain(text)
    ? ok(text)
    : err(`is ${quoted(text)}, which cannot be the name of a store: lower case letters, digits, "-" and "."`);

export const boolean: ValueParser<boolean> = (text) => {
  if (text === 'true' || text === 'false') return ok(text === 'true');
  return err(`is ${quoted(text)}; it takes "true" or "false"`);
};

export const lifecycle: ValueParser<Lifecycle> = (text) => {
  const found = lifecycles.find((candidate) => candidate === text);
  return found === undefined
    ? err(`is ${quoted(text)}; it takes ${sentenceList(lifecycles, 'or')}`)
    : ok(found);
};

/** Octal permission bits as four digits. Bits beyond rwx have no use on a secret. */
export const fileMode: ValueParser<string> = (text) =>
  /^0?[0-7]{3}$/.test(text)
    ? ok(text.padStart(4, '0'))
    : err(`is ${quoted(text)}; give octal permissions like 0440`);

const durationHint = 'give a Go duration like 30s, 15m or 1h30m';

/** Whole seconds, rounded up; 0: once. */
export const refreshInterval: ValueParser<number> = (text) => {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) return err(`is ${quoted(text)}; ${durationHint}`);
  if (milliseconds !== 0 && milliseconds < minimumIntervalMs) {
    return err(`is ${quoted(text)}; at least 10s, or 0 to read once`);
  }
  return ok(Math.ceil(milliseconds / 1000));
};

/** Whole seconds, rounded up. */
export const startTimeout =
  (maximumSeconds: number): ValueParser<number> =>
  (text) => {
    const milliseconds = parseDuration(text);
    if (milliseconds === undefined) return err(`is ${quoted(text)}; ${durationHint}`);
    if (milliseconds < minimumStartTimeoutMs || milliseconds > maximumSeconds * 1000) {
      return err(`is ${quoted(text)}; it takes 1s to ${maximumSeconds}s with this lifecycle`);
    }
    return ok(Math.ceil(milliseconds / 1000));
  };

export const quantity: ValueParser<string> = (text) => {
  const value = parseQuantity(text);
  if (value === undefined) return err(`is ${quoted(text)}; give a Kubernetes quantity like 50m or 128Mi`);
  return value > 0 ? ok(text) : err(`is ${quoted(text)}; it must be more than nothing`);
};

export const port: ValueParser<number> = (text) => {
  const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return value <= 65_535 ? ok(value) : err(`is ${quoted(text)}; give a port from 1 to 65535, or 0 for none`);
};

const isContainerName = (name: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);

export const containerName: ValueParser<string> = (text) =>
  isContainerName(text) ? ok(text) : err(`is ${quoted(text)}, which cannot be the name of a container`);

/** Names with commas between; `what` is what they name. */
const namesOf =
  (what: string, isName: (name: string) => boolean): ValueParser<readonly string[]> =>
  (text) => {
    const names = text.split(',').map((name) => name.trim());
    const bad = names.filter((name) => !isName(name));
    if (bad.length > 0)
      return err(`has ${sentenceList(bad.map(quoted))}; give names of ${what} with commas between`);
    const seen = new Set<string>();
    const twice = names.find((name) => seen.size === seen.add(name).size);
    return twice === undefined ? ok(names) : err(`names ${quoted(twice)} twice`);
  };

export const containerNames = namesOf('containers', isContainerName);

const readExternalSecretNames = namesOf('ExternalSecrets', isSubdomain);

/** More than any pod needs, and few enough to look all of them up. */
const mostExternalSecrets = 100;

export const externalSecretNames: ValueParser<readonly string[]> = (text) => {
  const names = readExternalSecretNames(text);
  return names.ok && names.value.length > mostExternalSecrets
    ? err(`names ${names.value.length} ExternalSecrets; ${mostExternalSecrets} are allowed`)
    : names;
};

const kernelFolders = ['/proc', '/sys', '/dev'];

export const mountPath: ValueParser<string> = (text) => {
  const path = withoutTrailingSlashes(text);
  const segments = path.split('/').slice(1);
  if (!path.startsWith('/')) return err(`is ${quoted(text)}; give an absolute folder like /secrets`);
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return err(`is ${quoted(text)}; it may not have empty, "." or ".." segments`);
  }
  if (hasControlCharacter(path) || path.includes(':'))
    return err(`is ${quoted(text)}; it may not have ":" or control characters`);
  const folder = kernelFolders.find((name) => path === name || path.startsWith(`${name}/`));
  return folder === undefined ? ok(path) : err(`is ${quoted(text)}; ${folder} is the kernel's`);
};

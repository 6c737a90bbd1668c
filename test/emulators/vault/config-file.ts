import { err, ok } from '../../../lib/result.ts';
import { parseConfigText } from '../shared/config-text.ts';
import { isJsonObject } from '../shared/json.ts';
import type { Result } from '../../../lib/result.ts';
import type { JsonObject } from './answer.ts';
import type { KeysConfig } from '../shared/keys-config.ts';
import type { Reviewer } from './auth/token-review.ts';
import type { VaultSetup } from './setup.ts';

/** What `main.ts` reads: the set-up of the root namespace, and what is about the server. */
export interface FileConfig {
  readonly setup: VaultSetup;
  readonly rootToken: string | undefined;
  readonly keys: KeysConfig | undefined;
  readonly reviewer: Reviewer | undefined;
  readonly apiAudiences: readonly string[] | undefined;
  readonly dnsNames: readonly string[] | undefined;
}

type Check = (value: unknown, path: string) => string | undefined;

const fits =
  (test: (value: unknown) => boolean, what: string): Check =>
  (value, path) =>
    test(value) ? undefined : `${path} must be ${what}`;

const text = fits((value) => typeof value === 'string' && value !== '', 'a string that is not empty');
const anyObject = fits(isJsonObject, 'an object');
const oneOf = (...values: unknown[]): Check =>
  fits((value) => values.includes(value), values.map((value) => JSON.stringify(value)).join(' or '));
const textList = fits(
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  'a list of strings',
);
const textOrObject = fits(
  (value) => typeof value === 'string' || isJsonObject(value),
  'a string or an object',
);

/** An object whose every value passes the check. */
const mapOf =
  (check: Check): Check =>
  (value, path) =>
    isJsonObject(value)
      ? Object.entries(value)
          .map(([name, item]) => check(item, `${path}.${name}`))
          .find((problem) => problem !== undefined)
      : `${path} must be an object`;

/** An object of known fields, all of them optional. */
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isJsonObject(value)) return `${path} must be an object`;
    for (const [name, item] of Object.entries(value)) {
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check === undefined) return `${path} has no "${name}", only ${Object.keys(fields).join(', ')}`;
      const problem = item === undefined ? undefined : check(item, `${path}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

const reviewer = oneOf('strictest', 'vault', 'client');

const setupFields: Record<string, Check> = {
  policies: mapOf(textOrObject),
  auth: mapOf(
    shape({
      type: oneOf('kubernetes', 'jwt', 'approle', 'cert'),
      config: anyObject,
      roles: mapOf(anyObject),
      secretIds: mapOf(textList),
      reviewer,
      apiAudiences: textList,
    }),
  ),
  mounts: mapOf(
    shape({
      type: oneOf('kv', 'database', 'pki', 'transit'),
      version: oneOf(1, 2),
      description: text,
      roles: mapOf(anyObject),
      staticRoles: mapOf(anyObject),
    }),
  ),
  secrets: mapOf(anyObject),
  namespaces: (value, path) => mapOf(shape(setupFields))(value, path),
};

const fileShape = shape({
  ...setupFields,
  rootToken: text,
  keys: shape({ file: text, url: text, tokenFile: text, caFile: text, caPem: text }),
  reviewer,
  apiAudiences: textList,
  dnsNames: textList,
});

function keysProblem(keys: unknown): string | undefined {
  if (!isJsonObject(keys)) return undefined;
  return (keys['file'] === undefined) === (keys['url'] === undefined)
    ? 'config.keys needs either file or url'
    : undefined;
}

/** Reads a configuration in YAML or JSON; the error names the first field that is wrong. */
export function parseConfigFile(content: string): Result<FileConfig, string> {
  const document = parseConfigText(content);
  if (!document.ok) return document;
  const config = document.value as JsonObject;
  const problem = fileShape(config, 'config') ?? keysProblem(config['keys']);
  if (problem !== undefined) return err(problem);
  const { rootToken, keys, reviewer: who, apiAudiences, dnsNames, ...setup } = config;
  return ok({ setup, rootToken, keys, reviewer: who, apiAudiences, dnsNames } as FileConfig);
}

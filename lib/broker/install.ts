import { parseDocument } from 'yaml';
import { parseRef } from '../ref.ts';
import { err, ok, type Result } from '../result.ts';
import { Fields, noFindings } from '../stores/fields.ts';
import { errorMessage } from '../error-message.ts';
import { isSubdomain, quoted } from '../text.ts';

/** What an install lets the broker use, read by the webhook and the broker from the same file (`--broker-config`). */
export interface BrokerInstall {
  readonly credentials: readonly BrokerCredential[];
  /** ServiceAccounts that the broker may request tokens for, by choice of the install. */
  readonly serviceAccounts: readonly { readonly namespace: string; readonly name: string }[];
}

/** A credential that stores may name. One that is not listed is not used, whatever files are mounted. */
export interface BrokerCredential {
  readonly name: string;
  /** Whose SecretStores may name it; undefined: ClusterSecretStores alone. */
  readonly namespace?: string;
  /** Globs of the servers (base URLs) that it may be sent to; `*` stays within one part of the URL. */
  readonly servers: readonly string[];
  /**
   * Where it comes from instead of a mounted folder: a ref to a ClusterSecretStore that the broker reads with an identity of its own. Without a
   * property the fields of the document are the keys; with one the value serves for whichever key a store names.
   */
  readonly ref?: string;
}

/** How messages call the file; the chart has its fields below the same name. */
const root = 'broker';

const readName = (fields: Fields, name: string): string => {
  const text = fields.string(name);
  if (text !== '' && !isSubdomain(text))
    fields.reject(name, `is ${quoted(text)}; it takes lower case letters, digits, "-" and "."`);
  return text;
};

const readNamespace = (fields: Fields): { readonly namespace?: string } =>
  fields.has('namespace') ? { namespace: readName(fields, 'namespace') } : {};

/** Scheme, host with an optional port, path. Servers are compared as a URL parser spells them, so a host with capitals would never fit. */
const serverForm = /^https?:\/\/(?<host>[^/@?#\s\\]+)(?:\/[^?#\s\\]*)?$/u;

const serverProblem = (glob: string): string | undefined => {
  const host = serverForm.exec(glob)?.groups?.['host'];
  if (host === undefined) return 'give a base URL like https://vault.example:8200';
  if (host !== host.toLowerCase()) return 'write the host in lower case, as stores are compared with it';
  return /^[*.:]*$/u.test(host)
    ? 'a credential that may go to every host could be sent to anybody'
    : undefined;
};

const readServers = (fields: Fields): readonly string[] => {
  const servers = fields.strings('servers');
  if (servers.length === 0) fields.reject('servers', 'is missing: where may it be sent to?');
  servers.forEach((glob, index) => {
    const problem = serverProblem(glob);
    if (problem !== undefined) fields.reject(`servers[${index}]`, `is ${quoted(glob)}; ${problem}`);
  });
  return servers;
};

const readRef = (fields: Fields): { readonly ref?: string } => {
  const text = fields.optionalString('ref');
  if (text === undefined) return {};
  const ref = parseRef(text);
  if (!ref.ok) for (const problem of ref.error) fields.reject('ref', problem);
  else if (ref.value.store === undefined)
    fields.reject('ref', `is ${quoted(text)}, which names no store; write <ClusterSecretStore>://<key>`);
  else if (ref.value.optional)
    fields.reject('ref', 'cannot be optional: a credential is there, or it is not');
  else if (ref.value.parameters !== undefined)
    fields.reject('ref', 'has parameters, with which each look would make another credential');
  else if (ref.value.decode !== undefined)
    fields.reject('ref', 'has decode: credentials are used as they are kept');
  return { ref: text };
};

const readCredential = (fields: Fields): BrokerCredential => {
  const credential = {
    name: readName(fields, 'name'),
    ...readNamespace(fields),
    servers: readServers(fields),
    ...readRef(fields),
  };
  fields.close();
  return credential;
};

const readAccount = (fields: Fields): BrokerInstall['serviceAccounts'][number] => {
  const account = { namespace: readName(fields, 'namespace'), name: readName(fields, 'name') };
  fields.close();
  return account;
};

/** Each one that says the same as one before it; of two entries for one credential, nobody could tell which list of servers counts. */
const refuseTwice = <T>(
  fields: Fields,
  list: string,
  items: readonly T[],
  keyOf: (item: T) => string,
): void => {
  const places = new Map<string, number>();
  items.forEach((item, index) => {
    const earlier = places.get(keyOf(item));
    if (earlier === undefined) places.set(keyOf(item), index);
    else fields.reject(`${list}[${index}]`, `is ${fields.place(`${list}[${earlier}]`)} once more`);
  });
};

const readInstall = (value: unknown): Result<BrokerInstall, readonly string[]> => {
  const findings = noFindings();
  const fields = new Fields(value ?? {}, root, findings);
  const credentials = fields.objects('credentials').map(readCredential);
  const serviceAccounts = fields.objects('serviceAccounts').map(readAccount);
  refuseTwice(fields, 'credentials', credentials, ({ name, namespace = '' }) => `${namespace}/${name}`);
  refuseTwice(fields, 'serviceAccounts', serviceAccounts, ({ name, namespace }) => `${namespace}/${name}`);
  fields.close();
  return findings.problems.length === 0 ? ok({ credentials, serviceAccounts }) : err(findings.problems);
};

const mostAliases = 100;

/**
 * Reads the broker's file, YAML or JSON; an empty one lets the broker use nothing but its own identity. The error lists everything that is
 * wrong, each sentence beginning with its place (`broker.credentials[0].servers`).
 */
export const parseBrokerInstall = (text: string): Result<BrokerInstall, readonly string[]> => {
  const document = parseDocument(text);
  const [error] = document.errors;
  // Further lines of the message quote the file.
  if (error !== undefined) return err([error.message.split('\n', 1)[0]?.replace(/:$/u, '') ?? error.code]);
  try {
    return readInstall(document.toJS({ maxAliasCount: mostAliases }));
  } catch (thrown) {
    return err([errorMessage(thrown)]);
  }
};

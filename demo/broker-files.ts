import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const example = join(import.meta.dirname, '..', 'docs', 'examples', 'payments', 'broker.yaml');

/** What the broker keeps of a backend: a credential, and where it may be sent. */
export interface KeptCredential {
  readonly token: string;
  /** Base URLs. */
  readonly servers: readonly string[];
}

interface ExampleFile {
  readonly credentials: readonly { readonly name: string; readonly namespace: string }[];
}

/** Where an install has put what its broker needs. */
export interface BrokerFiles {
  readonly install: string;
  readonly credentials: string;
}

/** What an installer of docs/examples/payments mounts into the broker, with a stand-in's servers in the place of Bitwarden's own. */
export const writeBrokerFiles = (folder: string, { token, servers }: KeptCredential): BrokerFiles => {
  const { credentials: listed } = parse(readFileSync(example, 'utf8')) as ExampleFile;
  const [{ name, namespace } = { name: '', namespace: '' }] = listed;
  const files = { install: join(folder, 'broker.yaml'), credentials: join(folder, 'credentials') };
  writeFileSync(files.install, stringify({ credentials: listed.map((entry) => ({ ...entry, servers })) }));
  const home = join(files.credentials, 'namespaces', namespace, name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'token'), token, { mode: 0o600 });
  chmodSync(files.credentials, 0o700);
  return files;
};

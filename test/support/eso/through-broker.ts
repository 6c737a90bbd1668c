import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { brokerNamespace } from '../../../lib/broker/names.ts';
import { parseBrokerInstall } from '../../../lib/broker/install.ts';
import { externalSecretsGroup } from '../../../lib/names.ts';
import type { BitwardenStore } from '../../../lib/stores/bitwarden.ts';
import { startBitwardenServer, type BitwardenServer } from '../../emulators/bitwarden/server.ts';
import type { Manifest } from '../../emulators/kube-api/kube-api.ts';
import { BrokerProcesses } from '../broker/broker-processes.ts';
import { Fleet } from '../broker/fleet.ts';
import {
  isStore,
  metadataOf,
  readStoreOf,
  withStores,
  type EsoCase,
  type Files,
  type Json,
} from './cases.ts';
import { planFor } from './inject.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const operatorFlag = '--external-secrets-operator-read';

const bitwardenOf = (document: Json): BitwardenStore | undefined => {
  const provider = isStore(document) ? readStoreOf(document)?.provider : undefined;
  return provider?.type === 'bitwardensecretsmanager' ? provider : undefined;
};

/** Whether it has a store of Bitwarden, which the broker reads, and nobody else. */
export const isBrokered = ({ documents }: EsoCase): boolean =>
  documents.some((document) => bitwardenOf(document) !== undefined);

/** The CustomResourceDefinitions of External Secrets Operator, as far as a server without schemas goes: ours in their group. */
const theirDefinitions = (): readonly Manifest[] =>
  ['secretstores', 'clustersecretstores', 'externalsecrets'].map((plural) => {
    const file = join(root, 'deploy', 'base', `crd-${plural}.yaml`);
    const ours = parse(readFileSync(file, 'utf8')) as Manifest & { readonly spec: { versions: Json[] } };
    return {
      ...ours,
      metadata: { name: `${plural}.${externalSecretsGroup}` },
      spec: {
        ...ours.spec,
        group: externalSecretsGroup,
        versions: ours.spec.versions.map((version) => ({ ...version, name: 'v1' })),
      },
    };
  });

const theirAccess = (): readonly Manifest[] => {
  const file = join(root, 'deploy', 'components', 'external-secrets-operator', 'rbac.yaml');
  return readFileSync(file, 'utf8')
    .split('\n---\n')
    .map((text) => parse(text) as Manifest);
};

const account = 'machine';

const startBitwarden = (
  { organizationId, projectId }: BitwardenStore,
  held: EsoCase['upstream'][string],
): Promise<BitwardenServer> =>
  startBitwardenServer({
    setup: {
      organizationId,
      projects: { project: { id: projectId } },
      secrets: Object.entries(held).map(([key, value]) => ({
        key,
        value: typeof value === 'string' ? value : JSON.stringify(value),
        project: 'project',
      })),
      machineAccounts: { [account]: { projects: ['project'] } },
    },
  });

/** The only Bitwarden store of a case. */
const storeOf = ({
  name,
  documents,
}: EsoCase): { readonly name: string; readonly provider: BitwardenStore } => {
  const [found, ...more] = documents.flatMap((document) => {
    const provider = bitwardenOf(document);
    return provider === undefined ? [] : [{ name: metadataOf(document).name, provider }];
  });
  if (found === undefined || more.length > 0) throw new Error(`${name} has not one store of Bitwarden`);
  return found;
};

const filesBelow = (folder: string): Files => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
};

/**
 * The files that a pod has of a case whose store the broker reads: by the plan that the webhook makes, an agent, a broker as a process, the
 * vendor's SDK and a stand-in for Bitwarden. What is changed in the manifests is where Bitwarden is, and that no SDK server is named: with it the
 * certificate authority would be that server's.
 */
export const filesThroughBroker = async (eso: EsoCase, home: string): Promise<Files> => {
  const { name, provider } = storeOf(eso);
  const bitwarden = await startBitwarden(provider, eso.upstream[name] ?? {});
  const { apiUrl, identityUrl, caPem } = bitwarden;
  const credential = provider.token;
  const file = { credentials: [{ name: credential.name, servers: [apiUrl, identityUrl] }] };
  try {
    await using cluster = await BrokerProcesses.start({ secrets: {}, install: file });
    const kept = join(cluster.folder, 'credentials', 'cluster', credential.name);
    mkdirSync(kept, { recursive: true });
    writeFileSync(join(kept, credential.key), bitwarden.accessToken(account));
    const documents = withStores(eso.documents, (_name, written) => ({
      bitwardensecretsmanager: {
        ...(written['bitwardensecretsmanager'] as Json),
        ...{ apiURL: apiUrl, identityURL: identityUrl, caBundle: Buffer.from(caPem).toString('base64') },
        ...{ bitwardenServerSDKURL: undefined, caProvider: undefined },
      },
    }));
    const { namespace } = eso;
    cluster.api.apply(
      ...theirDefinitions(),
      ...theirAccess(),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace } },
      ...(documents as readonly Manifest[]),
    );
    await cluster.add({ flags: [operatorFlag] });
    const install = parseBrokerInstall(JSON.stringify(file));
    if (!install.ok) throw new Error(install.error.join('\n'));
    const { server, trust } = cluster.broker;
    const broker = { server, namespace: brokerNamespace, install: install.value };
    const plan = planFor(JSON.parse(JSON.stringify(documents)) as readonly Json[], namespace, broker);
    const fleet = new Fleet({ home, mode: 'init', plan: { ...plan, broker: { ...plan.broker!, trust } } });
    const ending = await fleet.start(await cluster.pod('app', namespace)).ending;
    if (ending.exitCode !== 0) throw new Error(JSON.stringify(ending));
    const files = filesBelow(join(home, 'app', 'keyferry', 'secrets', '..data'));
    await fleet.stop();
    return files;
  } finally {
    await bitwarden.close();
  }
};

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { looksDynamic } from '../../../lib/dynamic-key.ts';
import type { AwsStore } from '../../../lib/stores/aws.ts';
import { takesToken } from '../../../lib/connections/vault.ts';
import type { VaultStore } from '../../../lib/stores/vault.ts';
import type { VaultAuth } from '../../../lib/stores/vault-auth.ts';
import { startAwsServer } from '../../emulators/aws/server.ts';
import { allow, trustServiceAccount, type SecretSetup } from '../../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import { startVaultServer } from '../../emulators/vault/server.ts';
import type { AuthSetup, EngineSetup, VaultSetup } from '../../emulators/vault/setup.ts';
import {
  isStore,
  metadataOf,
  readStoreOf,
  withStores,
  type EsoCase,
  type Json,
  type Upstream,
} from './cases.ts';

const account = '111122223333';
const roleAnnotation = 'eks.amazonaws.com/role-arn';

/** Who logs in, by the store's word. */
interface Login {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Undefined: the API server's own. */
  readonly audience: string | undefined;
}

/** A store's server, and the fields of the store that say where it is. */
interface StandIn {
  readonly login: Login;
  readonly address: Json;
  readonly close: () => Promise<void>;
}

interface Scene {
  readonly issuer: ServiceAccountIssuer;
  readonly held: Upstream[string];
  readonly login: Login;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const subjectOf = ({ namespace, serviceAccount }: Login): string =>
  `system:serviceaccount:${namespace}:${serviceAccount}`;

const policyName = 'reader';

/** A Vault that pods log in to; others take the broker. */
interface PodVault extends VaultStore {
  readonly auth: VaultAuth;
}

const isOfPods = (store: VaultStore): store is PodVault => takesToken(store.auth);

const authOf = (
  { auth: { method, role = 'default-role', audience } }: PodVault,
  isNamed: boolean,
  login: Login,
): AuthSetup => {
  const common = { token_policies: [policyName], token_ttl: '20m' };
  if (method === 'kubernetes')
    return {
      type: 'kubernetes',
      roles: {
        [role]: {
          ...common,
          bound_service_account_names: [login.serviceAccount],
          bound_service_account_namespaces: [login.namespace],
          ...(audience === undefined ? {} : { audience }),
        },
      },
    };
  return {
    type: 'jwt',
    ...(isNamed ? {} : { config: { default_role: role } }),
    roles: {
      [role]: {
        ...common,
        role_type: 'jwt',
        user_claim: 'sub',
        bound_subject: subjectOf(login),
        bound_audiences: [audience ?? ''],
      },
    },
  };
};

/** The engines that make credentials: `database/creds/analyst` is the role `analyst` of a database engine at `database`. */
const enginesOf = (keys: readonly string[]): Readonly<Record<string, EngineSetup>> =>
  Object.fromEntries(
    keys.map((key) => {
      const [mount = '', role = ''] = key.split('/creds/');
      return [mount, { type: 'database', roles: { [role]: { default_ttl: '1h', max_ttl: '24h' } } }];
    }),
  );

const inNamespace = (namespace: string | undefined, setup: VaultSetup): VaultSetup =>
  (namespace === undefined ? [] : namespace.split('/')).reduceRight<VaultSetup>(
    (inner, name) => ({ namespaces: { [name]: inner } }),
    setup,
  );

const vaultSetup = (store: PodVault, { held, login }: Scene): VaultSetup => {
  const dynamic = Object.keys(held).filter((key) => looksDynamic({ key }));
  const kept = Object.entries(held).filter(([key]) => !dynamic.includes(key));
  const paths = [`${store.path}/data/*`, ...dynamic];
  return inNamespace(store.namespace, {
    policies: {
      [policyName]: paths.map((path) => `path "${path}" { capabilities = ["read"] }`).join('\n'),
    },
    auth: { [store.auth.mountPath]: authOf(store, store.auth.role !== undefined, login) },
    mounts: {
      [store.path]: { version: store.kvVersion === 'v2' ? 2 : 1 },
      ...enginesOf(dynamic),
    },
    secrets: Object.fromEntries(
      kept.map(([key, value]) => [`${store.path}/${key}`, value as object]),
    ) as NonNullable<VaultSetup['secrets']>,
  });
};

const startVault = async (store: PodVault, scene: Scene): Promise<StandIn> => {
  const { issuer, login } = scene;
  const vault = await startVaultServer({
    keys: () => issuer.jwks(),
    isLive: (claims) => issuer.isLive(claims),
    setup: vaultSetup(store, scene),
    dnsNames: store.serverName === undefined ? ['127.0.0.1'] : [store.serverName],
  });
  return {
    login,
    address: { server: vault.url, caBundle: base64(vault.caPem) },
    close: () => vault.close(),
  };
};

const startAws = async (
  { region }: AwsStore,
  { issuer, held, login }: Scene,
  role: string,
): Promise<StandIn> => {
  const secrets = Object.entries(held).map(
    ([key, value]) => [key, typeof value === 'string' ? value : { json: value }] as [string, SecretSetup],
  );
  const aws = await startAwsServer({
    keys: () => issuer.jwks(),
    isLive: (claims) => issuer.isLive(claims),
    setup: {
      account,
      region,
      roles: {
        [role]: {
          trust: trustServiceAccount(login),
          policy: allow([`arn:aws:secretsmanager:${region}:${account}:secret:*`]),
        },
      },
      secrets: Object.fromEntries(secrets),
    },
  });
  return {
    login,
    address: {
      endpoints: { secretsManager: aws.secretsManagerUrl, sts: aws.stsUrl },
      caBundle: base64(aws.caPem),
    },
    close: () => aws.close(),
  };
};

/** The name of the role that a ServiceAccount of the case is annotated with. */
const roleOf = ({ documents }: EsoCase, serviceAccount: string): string => {
  const found = documents.find(
    (document) => document['kind'] === 'ServiceAccount' && metadataOf(document).name === serviceAccount,
  );
  const { annotations = {} } = (found?.['metadata'] ?? {}) as { annotations?: Record<string, string> };
  return annotations[roleAnnotation]?.split('/').at(-1) ?? 'nobody';
};

/** Whom a store names to log in. */
const loginOf = (provider: PodVault | AwsStore, { name, namespace }: EsoCase): Login => {
  const isVault = provider.type === 'vault';
  const serviceAccount = isVault ? provider.auth.serviceAccount : provider.serviceAccount;
  if (serviceAccount === undefined) throw new Error(`${name}: a store names no ServiceAccount`);
  return {
    namespace: serviceAccount.namespace ?? namespace,
    serviceAccount: serviceAccount.name,
    audience: isVault ? provider.auth.audience : (provider.audience ?? 'sts.amazonaws.com'),
  };
};

const startFor = (
  document: Json,
  eso: EsoCase,
  issuer: ServiceAccountIssuer,
): Promise<StandIn> | undefined => {
  const provider = readStoreOf(document)?.provider;
  if (provider?.type !== 'aws' && provider?.type !== 'vault') return undefined;
  if (provider.type === 'vault' && !isOfPods(provider)) return undefined;
  const login = loginOf(provider, eso);
  const scene: Scene = { issuer, login, held: eso.upstream[metadataOf(document).name] ?? {} };
  return provider.type === 'vault'
    ? startVault(provider, scene)
    : startAws(provider, scene, roleOf(eso, login.serviceAccount));
};

/** A case against running servers: each store's address and authority are those of a server that holds what the store holds. */
export interface StandInCase extends AsyncDisposable {
  readonly documents: readonly Json[];
  /** `--token` for each login of the stores. */
  readonly words: readonly string[];
}

/** Whether there are servers for all of its stores: those of Azure and Google cannot be asked yet. */
export const hasStandIns = ({ documents }: EsoCase): boolean =>
  documents.filter(isStore).every((document) => readStoreOf(document) !== undefined);

const writeTokens = async (
  issuer: ServiceAccountIssuer,
  logins: readonly Login[],
  folder: string,
): Promise<readonly string[]> => {
  const byAudience = new Map(logins.map((login) => [login.audience ?? '', login]));
  const words: string[] = [];
  for (const [audience, { namespace, serviceAccount }] of byAudience) {
    const file = join(folder, `token-${byAudience.size}-${words.length}`);
    const audiences = audience === '' ? {} : { audiences: [audience] };
    const { token } = await issuer.issue({ namespace, serviceAccount, ...audiences });
    writeFileSync(file, token);
    words.push('--token', `${audience}=${file}`);
  }
  return words;
};

export const startStandIns = async (eso: EsoCase, folder: string): Promise<StandInCase> => {
  const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
  const started = new Map<string, StandIn>();
  for (const document of eso.documents.filter(isStore)) {
    const standIn = await startFor(document, eso, issuer);
    if (standIn !== undefined) started.set(metadataOf(document).name, standIn);
  }
  const documents = withStores(eso.documents, (name, written) =>
    Object.fromEntries(
      Object.entries(written).map(([type, fields]) => [
        type,
        { ...(fields as Json), ...started.get(name)?.address },
      ]),
    ),
  );
  const logins = [...started.values()].map(({ login }) => login);
  return {
    documents,
    words: await writeTokens(issuer, logins, folder),
    async [Symbol.asyncDispose]() {
      for (const { close } of started.values()) await close();
    },
  };
};

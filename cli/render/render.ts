import type { ManifestDocument } from '../../lib/kube/documents.ts';
import { isRecord } from '../../lib/kube/object.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Issue } from '../../webhook/core/codes.ts';
import type { Settings } from '../../webhook/core/settings.ts';
import { withBroker } from '../broker-settings.ts';
import { decide, read, type Outcome } from '../../webhook/core/decide.ts';
import type { RenderArguments } from '../arguments/arguments.ts';
import { judgedObject } from '../objects.ts';
import { loadManifests, type LoadedManifests } from '../manifests.ts';
import { fetchFiles, type FetchedFile } from './fetch.ts';
import { readerPod, serviceAccountFor, wantedFiles, type WantedFiles } from './reader.ts';
import { tokenFor, type TokenOwner, type TokenSurroundings } from './tokens.ts';
import { writeFiles } from './write-files.ts';

export interface RenderSurroundings extends TokenSurroundings {
  readonly readInput: () => Promise<string>;
}

/** What became of one ExternalSecret. */
export interface RenderedSecret {
  readonly source: string;
  /** `ExternalSecret payments/orders-db`. */
  readonly title: string;
  /** Empty where its files were written. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

type Json = Readonly<Record<string, unknown>>;

const textAt = (value: Json, ...path: readonly string[]): string => {
  const found = path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), value);
  return typeof found === 'string' ? found : '';
};

/** An ExternalSecret among the manifests, and where it stands. */
interface FoundSecret {
  readonly source: string;
  readonly name: string;
  readonly namespace: string;
}

const externalSecretsIn = (
  documents: readonly ManifestDocument[],
  namespace: string,
): readonly FoundSecret[] =>
  documents.flatMap(({ source, value }) => {
    const object = judgedObject(value, namespace);
    if (object?.kind !== 'ExternalSecret') return [];
    const { name = '', namespace: own = namespace } = object.metadata;
    return [{ source, name, namespace: own }];
  });

/** Contents of the ConfigMaps of one namespace. */
const configMapValue = (
  { all }: LoadedManifests,
  namespace: string,
  wanted: { readonly configMap: string; readonly key: string },
  defaultNamespace: string,
): Redacted<Buffer> | undefined => {
  const found = all.find(
    ({ value }) =>
      textAt(value, 'kind') === 'ConfigMap' &&
      textAt(value, 'apiVersion') === 'v1' &&
      textAt(value, 'metadata', 'name') === wanted.configMap &&
      (textAt(value, 'metadata', 'namespace') || defaultNamespace) === namespace,
  );
  const plain = found && isRecord(found.value['data']) ? found.value['data'][wanted.key] : undefined;
  if (typeof plain === 'string') return new Redacted(Buffer.from(plain));
  const binary =
    found && isRecord(found.value['binaryData']) ? found.value['binaryData'][wanted.key] : undefined;
  return typeof binary === 'string' ? new Redacted(Buffer.from(binary, 'base64')) : undefined;
};

interface Scene {
  readonly given: RenderArguments;
  readonly settings: Settings;
  readonly loaded: LoadedManifests;
  readonly around: RenderSurroundings;
}

/** What the kubelet would have put there: tokens, and keys of ConfigMaps that are among the manifests. */
const identityFiles = async (
  { tokens, keys }: WantedFiles,
  owner: TokenOwner,
  { given, loaded, around }: Scene,
): Promise<Result<ReadonlyMap<string, Redacted<Buffer>>, readonly string[]>> => {
  const files = new Map<string, Redacted<Buffer>>();
  const problems: string[] = [];
  for (const wanted of tokens) {
    const token = await tokenFor(wanted, owner, given, around);
    if (token.ok) files.set(wanted.path, new Redacted(Buffer.from(token.value.reveal())));
    else problems.push(token.error);
  }
  for (const wanted of keys) {
    const value = configMapValue(loaded, owner.namespace, wanted, given.namespace);
    if (value !== undefined) files.set(wanted.path, value);
    else
      problems.push(
        `no manifest has the key ${JSON.stringify(wanted.key)} of ConfigMap ${owner.namespace}/${wanted.configMap}`,
      );
  }
  return problems.length === 0 ? ok(files) : err(problems);
};

const decided = (
  name: string,
  { namespace, serviceAccount }: TokenOwner,
  { loaded, settings }: Scene,
): Outcome => {
  const pod = readerPod(name, serviceAccount);
  const reading = read(pod);
  return reading.kind === 'skip'
    ? reading
    : decide(pod, reading, { namespace, catalogue: loaded.catalogue, settings });
};

type Fetched = Result<readonly FetchedFile[], readonly string[]>;

/** A broker serves pods, by the pod that their token is bound to. */
const takesBroker =
  'the broker reads it, and serves pods alone; render reads stores with your own rights, which cannot read this one';

const refusal = ({ code, place, message }: Issue): string =>
  `${place}: ${code === 'broker_off' ? takesBroker : message}`;

const fetchDecided = async (outcome: Outcome, owner: TokenOwner, scene: Scene): Promise<Fetched> => {
  if (outcome.kind === 'skip') return err([`it was left alone (${outcome.reason})`]);
  if (outcome.kind === 'deny') return err(outcome.issues.map(refusal));
  const brokered = outcome.plan.stores.filter(({ provider }) => provider.type === 'broker');
  if (brokered.length > 0) return err(brokered.map(({ kind, name }) => `${kind} ${name}: ${takesBroker}`));
  const identity = await identityFiles(wantedFiles(outcome.pod), owner, scene);
  if (!identity.ok) return identity;
  return fetchFiles({ plan: outcome.plan, identity: identity.value, clock: scene.around.clock });
};

const renderOne = async ({ source, name, namespace }: FoundSecret, scene: Scene): Promise<RenderedSecret> => {
  const { given, loaded } = scene;
  const manifest = loaded.catalogue.externalSecret(namespace, name) ?? { metadata: { name, namespace } };
  const serviceAccount = given.serviceAccount ?? serviceAccountFor(manifest, namespace, loaded.catalogue);
  const owner = { namespace, serviceAccount };
  const outcome = decided(name, owner, scene);
  const fetched = await fetchDecided(outcome, owner, scene);
  const written = fetched.ok ? await writeFiles(given.out, fetched.value) : ok(undefined);
  const title = `ExternalSecret ${namespace}/${name}`;
  const own = (sentence: string): string =>
    sentence.startsWith(`${title}: `) ? sentence.slice(title.length + 2) : sentence;
  const problems = [...(fetched.ok ? [] : fetched.error), ...(written.ok ? [] : [written.error])];
  return {
    source,
    title,
    problems: problems.map(own),
    warnings: 'warnings' in outcome ? outcome.warnings.map(own) : [],
    files:
      fetched.ok && written.ok
        ? fetched.value.map(({ path, bytes }) => ({ path, bytes: bytes.reveal().length }))
        : [],
  };
};

/**
 * Fetches what ExternalSecrets name, as a pod would that names them, and writes the files of each below `out`. An error is about the
 * manifests or the command line; what is wrong with one ExternalSecret does not keep the others from being written.
 */
export const render = async (
  given: RenderArguments,
  around: RenderSurroundings,
): Promise<Result<readonly RenderedSecret[], readonly string[]>> => {
  const settings = await withBroker(given.settings, given.broker);
  const loaded = await loadManifests(given, around.readInput);
  if (!settings.ok || !loaded.ok)
    return err([...(settings.ok ? [] : settings.error), ...(loaded.ok ? [] : loaded.error)]);
  const found = externalSecretsIn(loaded.value.own, given.namespace);
  if (found.length === 0) return err(['no ExternalSecret is among the manifests of -f']);
  const rendered: RenderedSecret[] = [];
  const scene = { given, settings: settings.value, loaded: loaded.value, around };
  for (const secret of found) rendered.push(await renderOne(secret, scene));
  return ok(rendered);
};

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import type { ServiceAccountIssuer } from '../issuer/issuer.ts';
import { Admission, type AdmissionRequest } from './admission/admission.ts';
import type { ServiceResolver } from './admission/call.ts';
import { withDefaults } from './admission/pod-defaults.ts';
import { withServiceAccount } from './admission/service-account.ts';
import { configurationProblems } from './admission/webhook-configuration.ts';
import { Registry, resourcesOf } from './objects/registry.ts';
import { Storage, type Change } from './objects/storage.ts';
import { qualifiedName, without, type KubeObject, type Metadata, type Resource } from './objects/types.ts';
import { Lists } from './requests/read.ts';
import { refuse } from './requests/status.ts';
import { Watches } from './requests/watches.ts';
import { Writes } from './requests/writes.ts';

/** Everything behind the requests of one server. */
export interface Cluster {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly lists: Lists;
  readonly watches: Watches;
  readonly writes: Writes;
  /** A resource by its name. Throws where it is not registered. */
  readonly resource: (name: string) => Resource;
  /** Creates or replaces an object, past access rules and webhooks. Throws what is wrong with it. */
  readonly apply: (
    manifest: Readonly<Record<string, unknown>> & Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>,
  ) => KubeObject;
}

const validate = (resource: Resource, object: KubeObject): void => {
  if (!resource.plural.endsWith('webhookconfigurations')) return;
  const [problem] = configurationProblems(object);
  if (problem === undefined) return;
  const what = `${resource.kind}.${resource.group} "${object.metadata.name ?? ''}"`;
  throw refuse(422, `${what} is invalid: ${problem}`);
};

/** Namespaces bear their own name as a label, which selectors rely on. */
const labelled = (object: KubeObject): KubeObject => {
  const { name = '', labels } = object.metadata;
  return {
    ...object,
    metadata: { ...object.metadata, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
  };
};

const isNamespace = ({ group, plural }: Resource): boolean => group === '' && plural === 'namespaces';

const defaults = (resource: Resource, object: KubeObject): KubeObject =>
  isNamespace(resource) ? labelled(object) : withDefaults(resource, object);

/** A status that has a path of its own outlives a manifest that has none. */
const keptStatus = (resource: Resource, stored: KubeObject | undefined): object => {
  const status = resource.statusApart === true ? stored?.['status'] : undefined;
  return status === undefined ? {} : { status };
};

export interface ClusterParts {
  readonly clock: Clock;
  readonly resolve: ServiceResolver;
  /** Knows the uids of ServiceAccounts, and hears of what is deleted. */
  readonly issuer: ServiceAccountIssuer | undefined;
}

/** Puts the parts of a server together. */
export const makeCluster = ({ clock, resolve, issuer }: ClusterParts): Cluster => {
  const storage = new Storage();
  const registry = new Registry();
  const resource = (name: string): Resource => {
    const found = registry.named(name);
    if (found === undefined) throw new Error(`the server has no resource ${name}`);
    return found;
  };
  const has = (plural: string, namespace: string | undefined, name: string): boolean =>
    storage.get(resource(plural), namespace, name) !== undefined;

  const plugins = (request: AdmissionRequest): KubeObject => {
    const { operation, object } = request;
    const filled = defaults(request.resource, object);
    if (request.resource.plural !== 'pods' || operation !== 'CREATE') return filled;
    return withServiceAccount(filled, (namespace, name) => has('serviceaccounts', namespace, name));
  };
  const admission = new Admission({
    clock,
    resolve,
    defaults,
    plugins,
    configurations: () => storage.list(resource('mutatingwebhookconfigurations')),
    validating: () => storage.list(resource('validatingwebhookconfigurations')),
    namespace: (name) => storage.get(resource('namespaces'), undefined, name),
  });
  const watches = new Watches(storage, clock);
  const makeUid = ({ group, plural }: Resource, { metadata }: KubeObject): string =>
    issuer !== undefined && group === '' && plural === 'serviceaccounts'
      ? issuer.serviceAccountUid(metadata.namespace ?? '', metadata.name ?? '')
      : randomUUID();
  const writes = new Writes({ storage, clock, admission, validate, makeUid });

  const apply: Cluster['apply'] = (manifest) => {
    const { apiVersion, kind, metadata } = manifest;
    const found = registry.findKind(apiVersion, kind);
    if (found === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
    const namespace = found.namespaced ? (metadata.namespace ?? 'default') : undefined;
    if (namespace !== undefined && !has('namespaces', undefined, namespace)) {
      throw new Error(`namespaces "${namespace}" not found`);
    }
    const rest = without(metadata, 'namespace');
    const placed: Metadata = namespace === undefined ? rest : { ...rest, namespace };
    const stored = storage.get(found, namespace, metadata.name ?? '');
    const object = { ...keptStatus(found, stored), ...manifest, metadata: placed };
    return writes.store(found, defaults(found, object), stored);
  };

  followDefinitions(storage, registry, watches);
  if (issuer !== undefined) followDeletions(storage, issuer);
  followNamespaces(storage, registry, apply);
  for (const name of ['default', 'kube-system'])
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return { storage, registry, lists: new Lists(storage), watches, writes, resource, apply };
};

/** A CustomResourceDefinition brings its resources, and takes them and all their objects with it. */
const followDefinitions = (storage: Storage, registry: Registry, watches: Watches): void => {
  const forget = (definition: KubeObject, kept: readonly string[]): void => {
    for (const resource of resourcesOf(definition).filter(({ version }) => !kept.includes(version))) {
      registry.remove(resource);
      if (kept.length > 0) continue;
      for (const object of storage.list(resource)) storage.remove(resource, object);
      watches.end(qualifiedName(resource));
    }
  };
  storage.listen(({ of, type, object, previous }: Change) => {
    if (of !== 'customresourcedefinitions.apiextensions.k8s.io') return;
    const now = type === 'DELETED' ? [] : resourcesOf(object);
    const versions = now.map(({ version }) => version);
    if (previous !== undefined) forget(previous, versions);
    for (const resource of now) registry.add(resource);
  });
};

/** Tokens of what is deleted are no longer live. */
const followDeletions = (storage: Storage, issuer: ServiceAccountIssuer): void => {
  storage.listen(({ of, type, object: { metadata } }: Change) => {
    if (type !== 'DELETED') return;
    if (of === 'pods') issuer.deletePod(metadata.uid ?? '');
    if (of === 'serviceaccounts') issuer.deleteServiceAccount(metadata.namespace ?? '', metadata.name ?? '');
  });
};

/** A namespace comes with its default ServiceAccount, and takes with it all that is in it. */
const followNamespaces = (storage: Storage, registry: Registry, apply: Cluster['apply']): void => {
  storage.listen(({ of, type, object }: Change) => {
    if (of !== 'namespaces') return;
    const { name = '' } = object.metadata;
    if (type === 'ADDED') {
      apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
    }
    if (type !== 'DELETED') return;
    for (const resource of registry.all()) {
      if (!resource.namespaced) continue;
      for (const inside of storage.list(resource, name)) storage.remove(resource, inside);
    }
  });
};

import { isRecord, recordsOf, type KubeObject, type Resource } from '../objects/types.ts';

type Fields = Record<string, unknown>;

const probablyLatest = (image: string): boolean => !/[:@][^/]*$/.test(image) || image.endsWith(':latest');

const containerDefaults = (container: Fields): Fields => ({
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: probablyLatest(String(container['image'])) ? 'Always' : 'IfNotPresent',
  ...container,
  ...(container['ports'] === undefined
    ? {}
    : { ports: recordsOf(container['ports']).map((port) => ({ protocol: 'TCP', ...port })) }),
  ...(container['env'] === undefined ? {} : { env: recordsOf(container['env']).map(variableDefaults) }),
});

const fieldReference = (source: Fields): Fields =>
  isRecord(source['fieldRef'])
    ? { ...source, fieldRef: { apiVersion: 'v1', ...source['fieldRef'] } }
    : source;

const variableDefaults = (variable: Fields): Fields =>
  isRecord(variable['valueFrom'])
    ? { ...variable, valueFrom: fieldReference(variable['valueFrom']) }
    : variable;

const downwardDefaults = (source: Fields): Fields =>
  source['items'] === undefined
    ? source
    : { ...source, items: recordsOf(source['items']).map(fieldReference) };

const projectionDefaults = (source: Fields): Fields => {
  const { serviceAccountToken: token, downwardAPI: downward } = source;
  if (isRecord(token)) return { ...source, serviceAccountToken: { expirationSeconds: 3600, ...token } };
  return isRecord(downward) ? { ...source, downwardAPI: downwardDefaults(downward) } : source;
};

const defaultMode = 0o644;

const volumeDefaults = (volume: Fields): Fields => {
  const { projected, downwardAPI } = volume;
  if (isRecord(projected)) {
    const sources = recordsOf(projected['sources']).map(projectionDefaults);
    return { ...volume, projected: { defaultMode, ...projected, sources } };
  }
  if (isRecord(downwardAPI)) {
    return { ...volume, downwardAPI: { defaultMode, ...downwardDefaults(downwardAPI) } };
  }
  return volume;
};

const listDefaults = (spec: Fields, name: string, defaults: (item: Fields) => Fields): Fields =>
  spec[name] === undefined ? {} : { [name]: recordsOf(spec[name]).map(defaults) };

const specDefaults = (spec: Fields): Fields => ({
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
  enableServiceLinks: true,
  ...spec,
  ...listDefaults(spec, 'containers', containerDefaults),
  ...listDefaults(spec, 'initContainers', containerDefaults),
  ...listDefaults(spec, 'volumes', volumeDefaults),
});

/** Fills in what the API server fills in of a Pod, as far as Keyferry and podbox look at it. Other objects stay as they are. */
export const withDefaults = (resource: Resource, object: KubeObject): KubeObject => {
  const { spec } = object;
  if (resource.group !== '' || resource.kind !== 'Pod' || !isRecord(spec)) return object;
  return { ...object, spec: specDefaults(spec), status: object['status'] ?? { phase: 'Pending' } };
};

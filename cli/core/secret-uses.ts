import { annotation } from '../../lib/annotation-names.ts';
import { defaultMountPath } from '../../lib/names.ts';

/** Where a pod takes something from a Secret that an ExternalSecret makes, and what replaces it. */
export interface SecretUse {
  /** `container app`, `init container migrate`; `the pod` for what the kubelet itself reads. */
  readonly who: string;
  /** `env DB_PASSWORD (secretKeyRef postgres-credentials, key password)`. */
  readonly what: string;
  readonly secret: string;
  readonly externalSecret: string;
  /** The file or folder to read instead; undefined where no file can replace it. */
  readonly file?: string;
}

/** An ExternalSecret of the pod's namespace, by what it makes. */
export interface MadeSecret {
  readonly externalSecret: string;
  readonly target: string;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

interface Scene {
  readonly made: ReadonlyMap<string, string>;
  /** Where the target's files will stand. */
  readonly fileOf: (secret: string, key?: string) => string;
}

const use = (
  { made, fileOf }: Scene,
  found: { readonly who: string; readonly what: string; readonly secret: string; readonly key?: string },
): SecretUse[] => {
  const { who, what, secret, key } = found;
  const externalSecret = made.get(secret);
  return externalSecret === undefined
    ? []
    : [{ who, what, secret, externalSecret, file: fileOf(secret, key) }];
};

const variables = (container: Json, who: string, scene: Scene): SecretUse[] =>
  objectsOf(container['env']).flatMap((variable) => {
    const reference = objectOf(objectOf(variable['valueFrom'])['secretKeyRef']);
    const [secret, key] = [textOf(reference['name']), textOf(reference['key'])];
    const what = `env ${textOf(variable['name'])} (secretKeyRef ${secret}, key ${key})`;
    return use(scene, { who, what, secret, key });
  });

const variableSets = (container: Json, who: string, scene: Scene): SecretUse[] =>
  objectsOf(container['envFrom']).flatMap((source) => {
    const secret = textOf(objectOf(source['secretRef'])['name']);
    const prefix = textOf(source['prefix']);
    const what = `envFrom (secretRef ${secret}${prefix === '' ? '' : `, prefix ${prefix}`})`;
    return use(scene, { who, what, secret });
  });

/** A Secret in a volume, with the path that each key has there. */
interface SecretInVolume {
  readonly secret: string;
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

const secretsOf = (volume: Json): readonly SecretInVolume[] => {
  const own = objectOf(volume['secret']);
  const projected = objectsOf(objectOf(volume['projected'])['sources']).map((source) =>
    objectOf(source['secret']),
  );
  const named = [
    { secret: textOf(own['secretName']), items: own['items'] },
    ...projected.map((source) => ({ secret: textOf(source['name']), items: source['items'] })),
  ];
  return named
    .filter(({ secret }) => secret !== '')
    .map(({ secret, items }) => ({
      secret,
      items: objectsOf(items).map((item) => ({ key: textOf(item['key']), path: textOf(item['path']) })),
    }));
};

/** What a mount shows of a Secret: one key where it has a subPath of one, else all. */
const mountUses = (mount: Json, who: string, volume: Json, scene: Scene): SecretUse[] =>
  secretsOf(volume).flatMap(({ secret, items }) => {
    const subPath = textOf(mount['subPath']);
    const key = items.find(({ path }) => path === subPath)?.key ?? (items.length === 0 ? subPath : '');
    const keys = items.length === 1 ? items[0]?.key : key;
    const what = `volume ${textOf(volume['name'])} at ${textOf(mount['mountPath'])} (secret ${secret})`;
    return use(scene, { who, what, secret, ...(keys === undefined || keys === '' ? {} : { key: keys }) });
  });

const mounts = (
  container: Json,
  who: string,
  volumes: ReadonlyMap<string, Json>,
  scene: Scene,
): SecretUse[] =>
  objectsOf(container['volumeMounts']).flatMap((mount) => {
    const volume = volumes.get(textOf(mount['name']));
    return volume === undefined ? [] : mountUses(mount, who, volume, scene);
  });

/** The kubelet needs a Secret to pull with, so nothing in the pod can replace it. */
const pullSecrets = (spec: Json, { made }: Scene): SecretUse[] =>
  objectsOf(spec['imagePullSecrets']).flatMap((reference) => {
    const secret = textOf(reference['name']);
    const externalSecret = made.get(secret);
    return externalSecret === undefined
      ? []
      : [{ who: 'the pod', what: `imagePullSecrets (${secret})`, secret, externalSecret }];
  });

const containerKinds = [
  ['initContainers', 'init container'],
  ['containers', 'container'],
  ['ephemeralContainers', 'ephemeral container'],
] as const;

/**
 * Every place where a pod still takes a Secret that an ExternalSecret makes: variables, sets of variables, volumes and pull secrets.
 * Without these Secrets its containers would not start (CreateContainerConfigError, FailedMount).
 *
 * @param pod unchecked; what does not look like a pod has no uses
 */
export const secretUses = (pod: unknown, secrets: readonly MadeSecret[]): readonly SecretUse[] => {
  const [metadata, spec] = [objectOf(objectOf(pod)['metadata']), objectOf(objectOf(pod)['spec'])];
  const mountPath = textOf(objectOf(metadata['annotations'])[annotation('mount-path')]) || defaultMountPath;
  const scene: Scene = {
    made: new Map(secrets.map(({ target, externalSecret }) => [target, externalSecret])),
    fileOf: (secret, key) => [mountPath, secret, ...(key === undefined ? [] : [key])].join('/'),
  };
  const volumes = new Map(objectsOf(spec['volumes']).map((volume) => [textOf(volume['name']), volume]));
  const inContainers = containerKinds.flatMap(([field, word]) =>
    objectsOf(spec[field]).flatMap((container) => {
      const who = `${word} ${textOf(container['name'])}`;
      return [
        ...variables(container, who, scene),
        ...variableSets(container, who, scene),
        ...mounts(container, who, volumes, scene),
      ];
    }),
  );
  return [...inContainers, ...pullSecrets(spec, scene)];
};

import { annotation } from '../../lib/annotation-names.ts';
import { serviceAccountOf } from '../../lib/broker/accounts.ts';
import type { ExternalSecretManifest } from '../../lib/external-secrets/external-secret.ts';
import { storesOf } from '../../lib/external-secrets/read.ts';
import { identityVolumeName } from '../../lib/names.ts';
import { readStore } from '../../lib/stores/store.ts';
import type { Catalogue } from '../../webhook/core/catalogue.ts';
import type { Pod } from '../../webhook/core/pod.ts';

/** The pod that reads one ExternalSecret and nothing else, so that it is decided on, and served, as any other. */
export const readerPod = (externalSecret: string, serviceAccountName: string): Pod => ({
  metadata: {
    name: 'render',
    annotations: {
      [annotation('inject')]: 'true',
      [annotation('external-secrets')]: externalSecret,
      [annotation('lifecycle')]: 'init',
      [annotation('agent-port')]: '0',
    },
  },
  spec: { serviceAccountName, containers: [{ name: 'reader' }] },
});

/** Whom the stores of an ExternalSecret want to log in, else the ServiceAccount that every namespace has. */
export const serviceAccountFor = (
  manifest: ExternalSecretManifest,
  namespace: string,
  catalogue: Catalogue,
): string => {
  const wanted = storesOf(manifest).flatMap(({ kind, name }) => {
    const found = catalogue.storeOfKind(kind, namespace, name);
    const store = found && readStore(found).store;
    return (store && serviceAccountOf(store)?.name) ?? [];
  });
  return wanted[0] ?? 'default';
};

/** A token that the kubelet would project, by its path in the identity volume. */
export interface WantedToken {
  readonly path: string;
  /** Undefined: the API server's own. */
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
}

/** A key of a ConfigMap that the kubelet would project. */
export interface WantedKey {
  readonly configMap: string;
  readonly key: string;
  readonly path: string;
}

export interface WantedFiles {
  readonly tokens: readonly WantedToken[];
  readonly keys: readonly WantedKey[];
}

type Json = Readonly<Record<string, unknown>>;

interface ProjectedSource {
  readonly serviceAccountToken?: { path: string; audience?: string; expirationSeconds: number };
  readonly configMap?: { name: string; items: readonly { key: string; path: string }[] };
}

/** What the kubelet would put into the identity volume of an injected pod. */
export const wantedFiles = (pod: Pod): WantedFiles => {
  const volume = pod.spec?.volumes?.find(({ name }) => name === identityVolumeName) as Json | undefined;
  const projected = volume?.['projected'] as { readonly sources?: readonly ProjectedSource[] } | undefined;
  const sources = projected?.sources ?? [];
  return {
    tokens: sources.flatMap(({ serviceAccountToken: token }) =>
      token === undefined ? [] : [{ ...token, audience: token.audience }],
    ),
    keys: sources.flatMap(({ configMap }) =>
      configMap === undefined
        ? []
        : configMap.items.map(({ key, path }) => ({ configMap: configMap.name, key, path })),
    ),
  };
};

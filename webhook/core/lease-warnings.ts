import { looksDynamic } from '../../lib/dynamic-key.ts';
import type { Lifecycle } from '../../lib/plan.ts';
import { quoted } from '../../lib/text.ts';
import { readsOf, type Read } from './reads.ts';
import type { Resolved } from './resolve.ts';

/** With `init` nobody stays to renew or to revoke: a credential that Vault made ends while the app uses it. */
export const leaseWarnings = (lifecycle: Lifecycle, resolved: Resolved): readonly string[] => {
  if (lifecycle !== 'init') return [];
  const warnings = readsOf(resolved)
    .filter(({ ref, store }) => store.provider.type === 'vault' && looksDynamic(ref))
    .map(
      ({ place, ref }) =>
        `${place}: ${ref.key} looks like a credential made for the pod; with lifecycle init nobody renews or revokes it, and it ends with its lease`,
    );
  return [...new Set(warnings)];
};

/** The store's `path`, where a key that looks as if an engine made it is taken to be below that, unless Vault says otherwise. */
const pathBefore = ({ ref, store: { provider } }: Read): string | undefined => {
  if (provider.type !== 'vault' || !looksDynamic(ref)) return undefined;
  const { path } = provider;
  const isTold = path === '' || ref.key.startsWith('/') || ref.key.startsWith(`${path}/`);
  return isTold ? undefined : path;
};

/**
 * Which reads it depends on Vault's mount table where they are: the key looks like one of an engine that makes credentials, and the store
 * has a `path` of its own. Each key of a store once; the sentences are to be read after `Read.place`.
 */
export const fullPathWarnings = (
  reads: readonly Read[],
): readonly { readonly place: string; readonly warning: string }[] => {
  const told = new Set<string>();
  return reads.flatMap((read) => {
    const { place, field, ref, store } = read;
    const path = pathBefore(read);
    const identity = `${store.kind}/${store.name}/${ref.key}`;
    if (path === undefined || told.has(identity)) return [];
    told.add(identity);
    const subject = field === undefined ? '' : `${field}: `;
    const warning = `${subject}${quoted(ref.key)} looks like a credential that Vault makes, and the store's path is ${quoted(path)}: it is read as a full path, and leased, where the pod's token sees such a mount, and else below ${quoted(path)}; ${quoted(`/${ref.key}`)} says that it is a full path`;
    return [{ place, warning }];
  });
};

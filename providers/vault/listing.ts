import { isJsonObject } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { Listing } from '../find/walk.ts';
import { notVaults, type AnswerContext, type Verdict } from './answer.ts';
import { unseenAdvice } from './document.ts';
import { listPath, type FolderPath } from './folder.ts';
import { encodePath, showMount, showPath } from './path.ts';

export interface ListingRequest {
  readonly folder: FolderPath;
  /** Whose policies decide, for the sentence about a refusal (`holderOf`). */
  readonly holder: string;
}

type Outcome = Result<Listing, ProviderError>;

const folderName = ({ mount, folder }: FolderPath): string =>
  folder.length === 0 ? showMount(mount) : `${quoted(showPath(folder))} in ${showMount(mount)}`;

const denied = ({ folder, holder }: ListingRequest): ProviderError =>
  providerError(
    'denied',
    `Vault denied listing ${folderName(folder)}: a policy of ${holder} must allow "list" on ${quoted(`${showPath(listPath(folder))}/*`)}${unseenAdvice(folder)}`,
  );

const isName = (name: unknown): name is string =>
  typeof name === 'string' && !name.slice(0, -1).includes('/') && encodePath([bare(name)]) !== undefined;

const bare = (name: string): string => (name.endsWith('/') ? name.slice(0, -1) : name);

/** Folders have a slash at their end; a secret and a folder may have one name. */
const readKeys = (keys: unknown): Listing | undefined => {
  if (!Array.isArray(keys) || !keys.every(isName)) return undefined;
  const isFolder = (name: string): boolean => name.endsWith('/');
  return {
    secrets: keys.filter((name) => !isFolder(name)),
    folders: keys.filter(isFolder).map(bare),
  };
};

/** What Vault's answer to a LIST means (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#list-secrets). */
export const readListing = (
  request: ListingRequest,
  { status, body }: Verdict,
  context: AnswerContext,
): Outcome => {
  const { folder } = request;
  if (status === 403) return err(denied(request));
  if (status === 404)
    return err(
      providerError(
        'not_found',
        `nothing is below ${folderName(folder)} (${quoted(showPath(listPath(folder)))})${unseenAdvice(folder)}`,
      ),
    );
  if (status !== 200)
    return err(providerError('invalid', `Vault refused to list ${folderName(folder)} (HTTP ${status})`));
  const listing = isJsonObject(body['data']) ? readKeys(body['data']['keys']) : undefined;
  return listing === undefined ? err(notVaults(context, 'it is no list of keys')) : ok(listing);
};

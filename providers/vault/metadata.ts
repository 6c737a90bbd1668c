import { isJsonObject, jsonValueText } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { notVaults, type AnswerContext, type JsonObject, type Verdict } from './answer.ts';
import { showRole, type DocumentRequest } from './document.ts';
import { showMount, showPath } from './path.ts';

/** What a find's tags are compared with: the custom metadata of a secret, by name. */
export type Tags = ReadonlyMap<string, string>;

/** Metadata of the engine's own that External Secrets Operator counts as tags too. */
const countedToo = ['created_time', 'current_version', 'delete_version_after'];

const tagsOf = (data: JsonObject): Tags => {
  const own = isJsonObject(data['custom_metadata']) ? data['custom_metadata'] : {};
  const counted = countedToo.filter((name) => data[name] !== undefined && data[name] !== null);
  const entries = [...counted.map((name) => [name, data[name]] as const), ...Object.entries(own)];
  return new Map(entries.map(([name, value]) => [name, jsonValueText(value)]));
};

/** The path of KV version 2's API that has a secret's metadata. */
export const metadataPath = ({
  path: { mount, secret },
}: Pick<DocumentRequest, 'path'>): readonly string[] => [...mount, 'metadata', ...secret];

/** What Vault's answer to a read of a secret's metadata means (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata). */
export const readMetadata = (
  request: DocumentRequest,
  { status, body }: Verdict,
  context: AnswerContext,
): Result<Tags, ProviderError> => {
  const { path, role } = request;
  const name = `${quoted(showPath(path.secret))} in ${showMount(path.mount)}`;
  if (status === 403)
    return err(
      providerError(
        'denied',
        `Vault denied reading the metadata of ${name}: a policy of ${showRole(role)} must allow "read" on ${quoted(showPath(metadataPath(request)))}`,
      ),
    );
  if (status === 404) return err(providerError('not_found', `${name} does not exist`));
  if (status !== 200)
    return err(providerError('invalid', `Vault refused to read the metadata of ${name} (HTTP ${status})`));
  const { data } = body;
  return isJsonObject(data) ? ok(tagsOf(data)) : err(notVaults(context, 'it has no data'));
};

import { isJsonObject, jsonValueText } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { notVaults, numberOf, type AnswerContext, type JsonObject, type Verdict } from './answer.ts';
import type { DocumentRequest } from './document.ts';
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

const judgeData = <T>(
  request: DocumentRequest,
  { status, body }: Verdict,
  context: AnswerContext,
  read: (data: JsonObject) => T | undefined,
): Result<T, ProviderError> => {
  const { path, holder } = request;
  const name = `${quoted(showPath(path.secret))} in ${showMount(path.mount)}`;
  if (status === 403)
    return err(
      providerError(
        'denied',
        `Vault denied reading the metadata of ${name}: a policy of ${holder} must allow "read" on ${quoted(showPath(metadataPath(request)))}`,
      ),
    );
  if (status === 404) return err(providerError('not_found', `${name} does not exist`));
  if (status !== 200)
    return err(providerError('invalid', `Vault refused to read the metadata of ${name} (HTTP ${status})`));
  const value = isJsonObject(body['data']) ? read(body['data']) : undefined;
  return value === undefined ? err(notVaults(context, 'it has no data')) : ok(value);
};

/** What Vault's answer to a read of a secret's metadata means (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata). */
export const readMetadata = (
  request: DocumentRequest,
  verdict: Verdict,
  context: AnswerContext,
): Result<Tags, ProviderError> => judgeData(request, verdict, context, tagsOf);

/** Which versions of a secret can be read. */
export interface Versions {
  readonly current: string;
  /** Whether the data of a version is there: not deleted by `now` (wall clock, milliseconds), not destroyed, not dropped for newer ones. */
  readonly isReadable: (version: string, now: number) => boolean;
}

/** Where `delete_version_after` is set, the deletion of every version is planned from the start. */
const isPast = (time: unknown, now: number): boolean =>
  typeof time === 'string' && time !== '' && !(Date.parse(time) > now);

const versionsOf = (data: JsonObject): Versions | undefined => {
  const current = numberOf(data['current_version']);
  const versions = isJsonObject(data['versions']) ? data['versions'] : undefined;
  if (current === undefined || versions === undefined) return undefined;
  return {
    current: String(current),
    isReadable: (version, now) => {
      const entry = Object.hasOwn(versions, version) ? versions[version] : undefined;
      return isJsonObject(entry) && entry['destroyed'] !== true && !isPast(entry['deletion_time'], now);
    },
  };
};

/** The same answer, read for its versions. */
export const readVersions = (
  request: DocumentRequest,
  verdict: Verdict,
  context: AnswerContext,
): Result<Versions, ProviderError> => judgeData(request, verdict, context, versionsOf);

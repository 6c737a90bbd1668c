import { isJsonObject } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { SecretDocument } from '../provider.ts';
import { notVaults, numberOf, type AnswerContext, type JsonObject, type Verdict } from './answer.ts';
import { apiPath, showMount, showPath, type SecretPath } from './path.ts';

export interface DocumentRequest {
  readonly path: SecretPath;
  readonly version: string | undefined;
  /** Whose policies decide, for the sentence about a refusal (`holderOf`). */
  readonly holder: string;
}

type Outcome = Result<SecretDocument, ProviderError>;

const secretName = ({ path, version }: DocumentRequest): string =>
  `${version === undefined ? '' : `version ${version} of `}${quoted(showPath(path.secret))} in ${showMount(path.mount)}`;

/** Why there may be nothing where the store said to look, although the secret exists. */
export const unseenAdvice = ({
  mount,
  kvVersion,
  seen,
}: Pick<SecretPath, 'mount' | 'kvVersion' | 'seen'>): string =>
  seen
    ? ''
    : `; the token cannot see what ${showMount(mount)} is, so it was taken for KV version ${kvVersion}, as the store says`;

const denied = ({ path, holder }: DocumentRequest): ProviderError =>
  providerError(
    'denied',
    `Vault denied reading ${quoted(showPath(path.secret))} in ${showMount(path.mount)}: a policy of ${holder} must allow "read" on ${quoted(showPath(apiPath(path)))}${unseenAdvice(path)}`,
  );

/** KV v2 answers 404 with the metadata of a version whose data is gone. */
const goneSentence = (body: JsonObject): string | undefined => {
  const data = isJsonObject(body['data']) ? body['data'] : {};
  const metadata = isJsonObject(data['metadata']) ? data['metadata'] : {};
  if (metadata['destroyed'] === true) return 'was destroyed';
  const time = metadata['deletion_time'];
  return typeof time === 'string' && time !== '' ? 'was deleted' : undefined;
};

const missing = (request: DocumentRequest, body: JsonObject): ProviderError => {
  const gone = goneSentence(body);
  if (gone !== undefined) return providerError('not_found', `${secretName(request)} ${gone}`);
  const read = quoted(showPath(apiPath(request.path)));
  return providerError(
    'not_found',
    `${secretName(request)} does not exist (${read})${unseenAdvice(request.path)}`,
  );
};

const htmlCharacters = /[<>&\u2028\u2029]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * The text of a secret as Vault itself writes JSON, and External Secrets Operator after it: Go's encoder escapes what HTML would
 * take for something else (https://pkg.go.dev/encoding/json#Marshal). These characters stand in strings only.
 */
const documentText = (fields: JsonObject): string =>
  JSON.stringify(fields).replaceAll(htmlCharacters, escaped);

const toDocument = (fields: JsonObject, version?: number): SecretDocument => ({
  bytes: new Redacted(Buffer.from(documentText(fields))),
  ...(version === undefined ? {} : { version: String(version) }),
});

const readSecond = (data: JsonObject): SecretDocument | undefined => {
  const { data: fields, metadata } = data;
  const version = isJsonObject(metadata) ? numberOf(metadata['version']) : undefined;
  return isJsonObject(fields) && version !== undefined ? toDocument(fields, version) : undefined;
};

const found = (request: DocumentRequest, body: JsonObject, context: AnswerContext): Outcome => {
  const { data } = body;
  if (!isJsonObject(data)) return err(notVaults(context, 'it has no data'));
  const document = request.path.kvVersion === 2 ? readSecond(data) : toDocument(data);
  return document === undefined
    ? err(notVaults(context, `it is no secret of KV version ${request.path.kvVersion}`))
    : ok(document);
};

/** What Vault's answer to a read means. The document is the JSON of the secret's fields, numbers as Vault wrote them. */
export const readDocument = (
  request: DocumentRequest,
  { status, body }: Verdict,
  context: AnswerContext,
): Outcome => {
  if (status === 200) return found(request, body, context);
  if (status === 403) return err(denied(request));
  if (status === 404) return err(missing(request, body));
  return err(providerError('invalid', `Vault refused to read ${secretName(request)} (HTTP ${status})`));
};

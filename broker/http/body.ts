import * as z from 'zod/mini';
import {
  changesRequest,
  mostReads,
  secretsRequest,
  type ChangesRequest,
  type SecretsRequest,
} from '../../lib/broker/protocol.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';

/** Whoever sends a request decides how much is wrong with it. */
const mostProblems = 20;

const place = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '') || 'the body';

/** What a problem is, in words: those of the schema library are not loaded. */
const wordsOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type') return `is not ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `is none of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (issue.code === 'too_small') return 'is too small, or empty';
  if (issue.code === 'unrecognized_keys')
    return `has fields that nobody knows: ${issue.keys.slice(0, mostProblems).map(quoted).join(', ')}`;
  return 'is not what is asked for';
};

const problemOf = (issue: z.core.$ZodIssue): string => {
  const where = place(issue.path);
  return issue.code === 'too_big' && issue.origin === 'array'
    ? `${where}: more than the ${mostReads} keys that a request may be for`
    : `${where} ${wordsOf(issue)}`;
};

const problemsOf = (issues: readonly z.core.$ZodIssue[]): string => {
  const shown = issues.slice(0, mostProblems).map(problemOf);
  const more = issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
};

/** A key and what to find exclude each other. */
const emptyKeys = (
  list: string,
  items: readonly { readonly key: string; readonly find?: unknown }[],
): readonly string[] =>
  items.flatMap(({ key, find }, index) =>
    (key === '') === (find !== undefined)
      ? []
      : [`${list}[${index}].key: a source has either a key or what to find`],
  );

const read = <T>(
  schema: z.ZodMiniType<T>,
  body: unknown,
  keysOf: (value: T) => readonly string[],
): Result<T, ProviderError> => {
  const parsed = z.safeParse(schema, body);
  if (!parsed.success) return err(providerError('invalid', problemsOf(parsed.error.issues)));
  const problems = keysOf(parsed.data);
  if (problems.length === 0) return ok(parsed.data);
  return err(providerError('invalid', problems.slice(0, mostProblems).join('; ')));
};

/** Reads the body of `POST /v1/secrets`. The error says everything that is wrong. */
export const readSecretsRequest = (body: unknown): Result<SecretsRequest, ProviderError> =>
  read(secretsRequest, body, ({ reads }) => emptyKeys('reads', reads));

/** Reads the body of `POST /v1/changes`. */
export const readChangesRequest = (body: unknown): Result<ChangesRequest, ProviderError> =>
  read(changesRequest, body, ({ sources }) => emptyKeys('sources', sources));

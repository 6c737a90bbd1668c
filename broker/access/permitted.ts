import { decodeFoundSecrets, encodeFoundSecrets } from '../../lib/found-secrets.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { SecretDocument } from '../../providers/provider.ts';
import type { AccessOutcome } from '../audit.ts';
import type { AccessControl, Grant, Question } from './access.ts';

/** A document less what its reader may not have. */
export interface Permitted {
  readonly document: SecretDocument;
  /** What allows it, for the audit log. */
  readonly rule: string;
  /** Of a find: how many keys it brought that the reader may not have. */
  readonly leftOut?: number;
}

/** What is handed out of a find. */
type Filtered = Pick<Permitted, 'document' | 'leftOut'>;

const unreadable = providerError('invalid', 'what was found cannot be read');

/** What was left of a find as decisions were at one time, by whose it is: many pods of one ServiceAccount are told of it at the same time. */
interface Parts {
  readonly generation: number;
  readonly byReader: Map<string, Filtered>;
}

/** Of the latest decisions alone: a find that nobody changes lives as long as its readers, and each part holds copies of secrets. */
const filtered = new WeakMap<SecretDocument, Parts>();

const partsOf = (whole: SecretDocument, { generation }: AccessControl): Parts['byReader'] => {
  const known = filtered.get(whole);
  if (known?.generation === generation) return known.byReader;
  const byReader: Parts['byReader'] = new Map();
  filtered.set(whole, { generation, byReader });
  return byReader;
};

const readerOf = ({ caller, read }: Question): string =>
  JSON.stringify([caller.namespace, caller.serviceAccount, read.find]);

const filter = (
  access: AccessControl,
  question: Question,
  grant: Grant,
  document: SecretDocument,
): Filtered | undefined => {
  const found = decodeFoundSecrets(document.bytes.reveal());
  if (found === undefined) return undefined;
  const { kept, refused } = access.filter(question, grant, found);
  if (refused === 0) return { document, leftOut: 0 };
  return {
    document: { ...document, bytes: new Redacted(encodeFoundSecrets(kept)) },
    leftOut: refused,
  };
};

/** One who finds gets what they may have, and hears nothing of the rest. */
const permittedFinds = (
  access: AccessControl,
  question: Question,
  grant: Grant,
  whole: SecretDocument,
): Result<Permitted, ProviderError> => {
  const parts = partsOf(whole, access);
  const reader = readerOf(question);
  const part = parts.get(reader) ?? filter(access, question, grant, whole);
  if (part === undefined) return err(unreadable);
  parts.set(reader, part);
  return ok({ ...part, rule: grant.rule });
};

/** What a pod may have of a document that was read for it: once more by the name that the backend has it under, and find by find. */
export const permitted = (
  access: AccessControl,
  question: Question,
  grant: Grant,
  document: SecretDocument,
): Result<Permitted, ProviderError> => {
  if (question.read.find !== undefined) return permittedFinds(access, question, grant, document);
  if (document.canonical === undefined) return ok({ document, rule: grant.rule });
  const rule = access.decideRead(question, grant, document.canonical);
  return rule.ok ? ok({ document, rule: rule.value }) : rule;
};

/** What the audit log has of what is handed out. */
export const servedOutcome = ({ document: { version }, rule, leftOut }: Permitted): AccessOutcome => ({
  outcome: 'served',
  version,
  rule,
  ...(leftOut !== undefined && { leftOut }),
});

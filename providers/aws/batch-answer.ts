import type {
  APIErrorType,
  BatchGetSecretValueResponse,
  SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { err, ok } from '../../lib/result.ts';
import type { Lending, ReadOutcome } from '../provider.ts';
import { bareCode } from './answer.ts';
import { toDocument } from './document.ts';
import type { Target } from './key.ts';
import { secretError } from './read-errors.ts';

/** An ARN ends with `-` and six characters of AWS's, which a request may leave out. */
const withoutSuffix = (arn: string): string => arn.replace(/-[A-Za-z0-9]{6}$/, '');

const entryMatches =
  ({ id }: Target) =>
  ({ ARN: arn, Name: name }: SecretValueEntry): boolean =>
    id === name || id === arn || (arn !== undefined && id === withoutSuffix(arn));

const errorMatches =
  ({ id }: Target) =>
  ({ SecretId: named }: APIErrorType): boolean =>
    named !== undefined && (id === named || id === withoutSuffix(named));

/** The SDK does not check what it was given: not a list, or one with holes. */
const listOf = <T>(list: readonly T[] | undefined): readonly T[] => [list ?? []].flat().filter(Boolean);

/**
 * What a batch says of one of its secrets; undefined where it says nothing of use: AWS gives a long answer in parts, and that
 * secret is read by itself.
 */
export const outcomeInBatch = (
  { SecretValues: values, Errors: errors }: BatchGetSecretValueResponse,
  target: Target,
  { who, lending }: { readonly who: string; readonly lending?: Lending | undefined },
): ReadOutcome | undefined => {
  const entry = listOf(values).find(entryMatches(target));
  const document = entry === undefined ? undefined : toDocument(entry, lending);
  if (document !== undefined) return ok(document);
  const code: unknown = listOf(errors).find(errorMatches(target))?.ErrorCode;
  return typeof code === 'string'
    ? err(secretError({ code: bareCode(code), status: 0 }, target, who))
    : undefined;
};

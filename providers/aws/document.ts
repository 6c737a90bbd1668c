import type { GetSecretValueResponse, SecretValueEntry } from '@aws-sdk/client-secrets-manager';
import { Redacted } from '../../lib/redacted.ts';
import type { SecretDocument } from '../provider.ts';

/** A secret's value as the SDK gives it, alone or in a batch. */
type SecretValue = GetSecretValueResponse | SecretValueEntry;

const bytesOf = ({ SecretString: text, SecretBinary: binary }: SecretValue): Buffer | undefined => {
  if (typeof text === 'string') return Buffer.from(text, 'utf8');
  return binary instanceof Uint8Array ? Buffer.from(binary) : undefined;
};

/**
 * A secret's bytes: its text as UTF-8, or its binary as it is. Undefined for an answer that has neither, or no version: the SDK
 * does not check what it was given.
 */
export const toDocument = (value: SecretValue): SecretDocument | undefined => {
  const bytes = bytesOf(value);
  const version: unknown = value.VersionId;
  return bytes === undefined || typeof version !== 'string' || version === ''
    ? undefined
    : { bytes: new Redacted(bytes), version };
};

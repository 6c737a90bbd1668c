import type { GetSecretValueResponse, SecretValueEntry } from '@aws-sdk/client-secrets-manager';
import { Redacted } from '../../lib/redacted.ts';
import type { Lending, SecretDocument } from '../provider.ts';

/** A secret's value as the SDK gives it, alone or in a batch. */
type SecretValue = GetSecretValueResponse | SecretValueEntry;

const bytesOf = ({ SecretString: text, SecretBinary: binary }: SecretValue): Buffer | undefined => {
  if (typeof text === 'string') return Buffer.from(text, 'utf8');
  return binary instanceof Uint8Array ? Buffer.from(binary) : undefined;
};

/** `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>-<six characters>` */
const nameIn = ({ ARN: arn, Name: name }: SecretValue, lending: Lending): string | undefined => {
  const [, , , region = '', account = ''] = String(arn).split(':');
  const isWhole = region !== '' && account !== '' && typeof name === 'string' && name !== '';
  return isWhole ? lending.aws({ account, region, name }) : undefined;
};

/**
 * A secret's bytes: its text as UTF-8, or its binary as it is. Undefined for an answer that has neither, or no version, or no name where it
 * is to be lent: the SDK does not check what it was given.
 */
export const toDocument = (value: SecretValue, lending?: Lending): SecretDocument | undefined => {
  const bytes = bytesOf(value);
  const version: unknown = value.VersionId;
  if (bytes === undefined || typeof version !== 'string' || version === '') return undefined;
  const document = { bytes: new Redacted(bytes), version };
  if (lending === undefined) return document;
  const canonical = nameIn(value, lending);
  return canonical === undefined ? undefined : { ...document, canonical };
};

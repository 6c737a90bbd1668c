import { digestOf } from '../lib/broker/digest.ts';
import type { BrokerFailure, BrokerSecret } from '../lib/broker/protocol.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import { Redacted } from '../lib/redacted.ts';
import type { SecretDocument } from '../providers/provider.ts';

/** A document as it is sent. */
export interface EncodedSecret {
  readonly digest: string;
  /** A `BrokerSecret`. */
  readonly json: Redacted<string>;
}

/** By document, so that what a thousand pods are told is written once; it goes when the document goes. */
const encoded = new WeakMap<SecretDocument, EncodedSecret>();

const write = ({ bytes, version, lease }: SecretDocument): EncodedSecret => {
  const content = bytes.reveal();
  const secret: BrokerSecret = {
    bytes: content.toString('base64'),
    ...(version !== undefined && version !== '' && { version }),
    ...(lease !== undefined && {
      lease: { id: lease.id, durationSeconds: lease.durationSeconds, expiresAt: lease.expiresAt },
    }),
  };
  return { digest: digestOf(content), json: new Redacted(JSON.stringify(secret)) };
};

/** To be called while the document's bytes are whole. */
export const encodeSecret = (document: SecretDocument): EncodedSecret => {
  const known = encoded.get(document) ?? write(document);
  encoded.set(document, known);
  return known;
};

/** A failure as agents are told of it. */
export const failureOf = ({ code, message, retryAfterMs }: ProviderError): BrokerFailure => ({
  code,
  message,
  ...(retryAfterMs !== undefined && { retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) }),
});

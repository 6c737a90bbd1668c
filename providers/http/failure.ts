import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { RefusedAddressError } from './guarded-lookup.ts';

/** The sentences for what goes wrong below HTTP. They name the server, the cause and the setting that cures it. */

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

const untrusted = (why: string): string =>
  `has a certificate that is not trusted: ${why}; set caBundle to the certificate authority that signed it`;

const sentences: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused the connection'],
  ['ECONNRESET', 'closed the connection before its answer was complete'],
  ['EPIPE', 'closed the connection before its answer was complete'],
  ['ETIMEDOUT', 'cannot be reached: the network gave up connecting'],
  ['EHOSTUNREACH', 'cannot be reached: no route to the host'],
  ['ENETUNREACH', 'cannot be reached: no route to its network'],
  ['EADDRNOTAVAIL', 'cannot be reached: no local address or port is free'],
  ['ENOTFOUND', 'cannot be reached: its name does not resolve'],
  ['EAI_AGAIN', 'cannot be reached: the name server does not answer'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted('self-signed')],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted('self-signed certificate authority')],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted('unknown certificate authority')],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted('unknown certificate authority')],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted('unknown certificate authority')],
  ['CERT_SIGNATURE_FAILURE', untrusted('another key signed it')],
  ['CERT_HAS_EXPIRED', "has a certificate that is expired; renew it, or check this machine's clock"],
  ['CERT_NOT_YET_VALID', "has a certificate that is not valid yet; check this machine's clock"],
  ['EPROTO', 'did not complete the TLS handshake; is it an http server?'],
]);

const nameMismatch = ({ expectedName, nameCure = 'set tls.serverName to a name that is' }: Peer): string =>
  `has a certificate for another name: "${expectedName}" is not in it; ${nameCure}`;

const sentence = (code: string, peer: Peer): string => {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return nameMismatch(peer);
  const known = sentences.get(code);
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'does not answer with HTTP';
  if (/^ERR_(SSL|TLS)_/.test(code)) return `did not complete the TLS handshake (${code})`;
  if (/CERT|CRL|ISSUER/.test(code)) return `has a certificate that is not accepted (${code})`;
  return `cannot be reached${code === '' ? '' : ` (${code})`}`;
};

/** What the failure is told about. */
export interface Peer {
  /** `host:port`, for sentences. */
  readonly server: string;
  /** The name that its certificate has to carry. */
  readonly expectedName: string;
  /** What to do about a certificate without that name. Default: to set `tls.serverName`, as a Vault store has it. */
  readonly nameCure?: string | undefined;
}

export const refusedAddress = (server: string, reason: string): ProviderError =>
  providerError('invalid', `${server} is at an address that is refused: ${reason}`);

/**
 * What a failed exchange means. Nothing of the thrown error's text is taken over: it may quote what was sent or received.
 * Several addresses failing at once come as one AggregateError with the first one's code.
 */
export const exchangeFailure = (error: unknown, peer: Peer): ProviderError => {
  const { server } = peer;
  if (error instanceof RefusedAddressError) return refusedAddress(server, error.reason);
  const code = codeOf(error);
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_UNESCAPED_CHARACTERS')
    return providerError(
      'invalid',
      `a request to ${server} cannot be written: it has characters that HTTP does not allow`,
    );
  return providerError('unavailable', `${server} ${sentence(code, peer)}`);
};

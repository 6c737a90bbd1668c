import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';

export interface SecureTarget {
  readonly host: string;
  readonly port: number;
  /** The name that the server's certificate must have. */
  readonly name: string;
  /** PEM, one certificate each; the machine's own authorities where there are none. */
  readonly authorities: readonly string[];
}

/**
 * Whether the server shows one of the trusted certificates itself. The API server's verifier takes that for a chain of one; OpenSSL
 * does only if it happens to look at the right one among several of the same subject.
 */
const isTrustedItself = (socket: TLSSocket, authorities: readonly string[], now: number): boolean => {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return false;
  const isValid = leaf.validFromDate.getTime() <= now && now <= leaf.validToDate.getTime();
  return isValid && authorities.some((pem) => new X509Certificate(pem).raw.equals(leaf.raw));
};

const problemOf = (socket: TLSSocket, { name, authorities }: SecureTarget): Error | undefined => {
  // The machine's own time, as for any other certificate.
  if (isTrustedItself(socket, authorities, Date.now())) {
    return checkServerIdentity(name, socket.getPeerCertificate());
  }
  return socket.authorized ? undefined : new Error(String(socket.authorizationError));
};

/** Opens a TLS connection and verifies the server as the API server does. Throws where it cannot be trusted. */
export const connectSecurely = async (target: SecureTarget, signal: AbortSignal): Promise<TLSSocket> => {
  const { host, port, name, authorities } = target;
  const trusted = authorities.length === 0 ? {} : { ca: [...authorities] };
  // What OpenSSL thinks is looked at below, before a byte is sent.
  const socket = connect({ host, port, servername: name, rejectUnauthorized: false, ...trusted });
  try {
    await once(socket, 'secureConnect', { signal });
    const problem = problemOf(socket, target);
    if (problem !== undefined) throw problem;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
};

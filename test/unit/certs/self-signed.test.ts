import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { makeCertificate, type OwnCertificate } from '../../../certs/self-signed.ts';

const names = ['keyferry-webhook.keyferry-system.svc', 'keyferry-webhook.keyferry-system.svc.cluster.local'];
const day = 86_400_000;
const make = (podUid: string): Promise<OwnCertificate> =>
  makeCertificate({ dnsNames: names, podUid, lifetimeMilliseconds: 30 * day, now: Date.now() });

/** Connects to a server with the certificate; the error's code, or undefined when the client trusts it. */
const tryConnection = async (
  { keyPem, certificatePem }: OwnCertificate,
  client: { ca: string; servername: string },
): Promise<string | undefined> => {
  const server = createServer({ key: keyPem.reveal(), cert: certificatePem });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    ...client,
  });
  try {
    await once(socket, 'secureConnect');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
    server.close();
  }
};

describe('a self-signed certificate', () => {
  test('says what it is for', async () => {
    const now = Date.UTC(2026, 0, 1);
    const podUid = '6f6a3c1e-2f5c-4f7e-9a53-0c7e3b1f2a10';
    const own = await makeCertificate({ dnsNames: names, podUid, lifetimeMilliseconds: 30 * day, now });
    const certificate = new X509Certificate(own.certificatePem);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(certificate.subjectAltName).toBe(`DNS:${names[0]!}, DNS:${names[1]!}, URI:urn:uuid:${podUid}`);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.validFromDate.getTime()).toBe(now - 5 * 60_000);
    expect(certificate.validToDate.getTime()).toBe(now + 30 * day);
    expect(own).toMatchObject({
      issuedAt: now,
      notBefore: now - 5 * 60_000,
      notAfter: now + 30 * day,
      fingerprint: certificate.fingerprint256,
    });
    expect(certificate.checkPrivateKey(createPrivateKey(own.keyPem.reveal()))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(own.certificatePem.endsWith('-----END CERTIFICATE-----\n')).toBe(true);
  });

  test('never shows its key', async () => {
    const own = await make('a');
    expect(JSON.stringify(own) + inspect(own, { depth: 9 })).not.toContain('PRIVATE');
  });

  test('a client with the bundle of several reaches each of their servers by each name, and no other', async () => {
    // Two of one pod, as during a renewal.
    const replicas = await Promise.all(['a', 'b', 'c', 'a'].map(make));
    const ca = replicas.map(({ certificatePem }) => certificatePem).join('');
    for (const replica of replicas) {
      for (const servername of names)
        expect(await tryConnection(replica, { ca, servername })).toBeUndefined();
      expect(await tryConnection(replica, { ca, servername: 'other.keyferry-system.svc' })).toBe(
        'ERR_TLS_CERT_ALTNAME_INVALID',
      );
    }
    const stranger = await make('d');
    expect(await tryConnection(stranger, { ca, servername: names[0]! })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});

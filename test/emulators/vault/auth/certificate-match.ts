import { err, ok } from '../../../../lib/result.ts';
import { failure } from '../answer.ts';
import { admits, type CertificateRole } from './certificate-role.ts';
import { isForClients, timeProblem } from './client-certificate.ts';
import type { X509Certificate } from 'node:crypto';
import type { Result } from '../../../../lib/result.ts';
import type { Answer } from '../answer.ts';

/** What Go's verifier says of a certificate is a failure of Vault's own, by its status. */
const unverified = (problem: string): Result<never, Answer> =>
  err(failure(500, `failed to verify client's certificate: ${problem}`));

const hasIssued = ({ trusted }: CertificateRole, certificate: X509Certificate): boolean =>
  trusted.ca && certificate.checkIssued(trusted) && certificate.verify(trusted.publicKey);

/** The first of `roles` that lets a certificate in at `now`: those with the certificate itself come first, then those of its issuer. */
export function matchRole(
  roles: readonly CertificateRole[],
  certificate: X509Certificate,
  now: number,
): Result<CertificateRole, Answer> {
  const late = timeProblem(certificate, now);
  if (late !== undefined) return unverified(late);
  const issuers = roles.filter((role) => hasIssued(role, certificate));
  if (issuers.length > 0 && !isForClients(certificate))
    return unverified('x509: certificate specifies an incompatible key usage');
  const pinned = roles.filter(({ trusted }) => !trusted.ca && trusted.raw.equals(certificate.raw));
  const role = [...pinned, ...issuers].find((one) => admits(one, certificate));
  if (role !== undefined) return ok(role);
  return err(
    failure(
      400,
      issuers.length === 0
        ? 'invalid certificate or no client certificate supplied'
        : 'no chain matching all constraints could be found for this login certificate',
    ),
  );
}

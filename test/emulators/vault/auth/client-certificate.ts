import type { X509Certificate } from 'node:crypto';

/** The names in a certificate, as roles compare them. */
export interface CertificateNames {
  readonly commonName: string;
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
  readonly organizationalUnits: readonly string[];
}

const subjectValues = ({ subject }: X509Certificate, attribute: string): string[] =>
  subject
    .split('\n')
    .filter((line) => line.startsWith(`${attribute}=`))
    .map((line) => line.slice(attribute.length + 1));

export function namesOf(certificate: X509Certificate): CertificateNames {
  const alternatives = (certificate.subjectAltName ?? '').split(', ');
  const of = (kind: string): string[] =>
    alternatives.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1));
  return {
    commonName: subjectValues(certificate, 'CN')[0] ?? '',
    dns: of('DNS'),
    email: of('email'),
    uri: of('URI'),
    organizationalUnits: subjectValues(certificate, 'OU'),
  };
}

/** How DER writes the two extensions that name a key by 20 bytes, up to those bytes. */
const keyIdPrefixes = {
  subject: Buffer.from('0603551d0e04160414', 'hex'),
  authority: Buffer.from('0603551d230418301680' + '14', 'hex'),
} as const;

/** The name of a certificate's own key, or of its issuer's, as `ab:cd:…`; empty where it has none. */
export function keyIdOf({ raw }: X509Certificate, whose: keyof typeof keyIdPrefixes): string {
  const prefix = keyIdPrefixes[whose];
  const start = raw.indexOf(prefix);
  if (start < 0) return '';
  const bytes = raw.subarray(start + prefix.length, start + prefix.length + 20);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

const clientAuthentication = '1.3.6.1.5.5.7.3.2';
const anyUsage = '2.5.29.37.0';

/** Whether a certificate may prove a client: it says so, or nothing of what it is for. */
export const isForClients = (certificate: X509Certificate): boolean => {
  // Undefined where the extension is missing, whatever the types say.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  return usages === undefined || usages.some((usage) => [clientAuthentication, anyUsage].includes(usage));
};

/** Why a certificate does not count at `now`, in the words of Go's verifier. */
export function timeProblem(
  { validFromDate, validToDate }: X509Certificate,
  now: number,
): string | undefined {
  const show = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
  const problem = 'x509: certificate has expired or is not yet valid: current time';
  const current = show(new Date(now));
  if (now < validFromDate.getTime()) return `${problem} ${current} is before ${show(validFromDate)}`;
  return now > validToDate.getTime() ? `${problem} ${current} is after ${show(validToDate)}` : undefined;
}

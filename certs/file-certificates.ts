import { X509Certificate } from 'node:crypto';
import { fingerprintsIn } from './core/bundle.ts';
import { startCertificateFiles, type CertificateFilesOptions, type FileCertificate } from './files.ts';
import type { CertificateMaker } from './manager.ts';
import type { TrustedCertificate } from './source.ts';
import { ok, type Result } from '../lib/result.ts';

/** The leaf with what vouches for it: one and the same pair and authorities give the same name, so that no change is taken for one. */
const trusted = (files: FileCertificate): TrustedCertificate => {
  const leaf = new X509Certificate(files.certificatePem);
  const notBefore = leaf.validFromDate.getTime();
  return {
    ...files,
    trustPem: files.authorityPem,
    fingerprint: [leaf.fingerprint256, ...fingerprintsIn(files.authorityPem)].join(' '),
    issuedAt: notBefore,
    notBefore,
  };
};

export interface FileCertificates extends CertificateMaker {
  stop(): Promise<void>;
}

/**
 * Certificates that somebody else issues and writes to files, with the authorities that vouch for them. A new pair is served only when callers
 * have its authorities.
 */
export const fileCertificates = async (
  options: CertificateFilesOptions & { readonly authorityFile: string },
): Promise<Result<FileCertificates, string>> => {
  const files = await startCertificateFiles(options);
  if (!files.ok) return files;
  let read = files.value.current();
  let latest = trusted(read);
  const current = (): TrustedCertificate => {
    if (files.value.current() !== read) {
      read = files.value.current();
      latest = trusted(read);
    }
    return latest;
  };
  return ok({
    first: () => Promise.resolve(current()),
    next: (before) => Promise.resolve(current() === before ? undefined : current()),
    onChange: (listener) => files.value.onChange(listener),
    stop: () => files.value.stop(),
  });
};

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import { watchPaths } from '../lib/path-changes.ts';
import { Redacted } from '../lib/redacted.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { parseBundle } from './core/bundle.ts';
import type { CertificateSource, ServedCertificate } from './source.ts';

export interface CertificateFilesOptions {
  /** PEM: the leaf first, then the rest of its chain. */
  readonly certificateFile: string;
  /** PEM, not encrypted. */
  readonly keyFile: string;
  /** PEM: the authorities that vouch for it, where callers are told to trust them by us. */
  readonly authorityFile?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the files had when they were read. */
export interface FileCertificate extends ServedCertificate {
  /** Empty where no file was named. */
  readonly authorityPem: string;
}

export interface CertificateFiles extends CertificateSource {
  current(): FileCertificate;
}

const readAuthorities = async (file: string | undefined): Promise<string> => {
  if (file === undefined) return '';
  const entries = parseBundle(await readFile(file, 'utf8'), '');
  if (entries.length === 0) throw new Error(`${file} has no certificate in it`);
  return entries.map(({ pem }) => pem).join('');
};

const load = async ({
  certificateFile,
  keyFile,
  authorityFile,
}: CertificateFilesOptions): Promise<Result<FileCertificate, string>> => {
  try {
    const certificatePem = await readFile(certificateFile, 'utf8');
    const key = await readFile(keyFile, 'utf8');
    // Throws where either is no PEM, and where they do not belong together.
    createSecureContext({ cert: certificatePem, key });
    const notAfter = new X509Certificate(certificatePem).validToDate.getTime();
    const authorityPem = await readAuthorities(authorityFile);
    return ok({ keyPem: new Redacted(key), certificatePem, notAfter, authorityPem });
  } catch (error) {
    return err(
      `cannot load the certificate ${certificateFile} with the key ${keyFile}: ${errorMessage(error)}`,
    );
  }
};

const isSame = (one: FileCertificate, other: FileCertificate): boolean =>
  one.certificatePem === other.certificatePem &&
  one.authorityPem === other.authorityPem &&
  one.keyPem.reveal() === other.keyPem.reveal();

/**
 * Serves a certificate that somebody else writes to files, for example cert-manager by a mounted volume. The files are read again when their
 * folders change (a mounted volume swaps its `..data` link) and once a minute. A pair that cannot be loaded is reported, and the one before
 * stays. The webhook configuration's bundle is then the installer's affair.
 */
export const startCertificateFiles = async (
  options: CertificateFilesOptions,
): Promise<Result<CertificateFiles, string>> => {
  const { certificateFile, keyFile, authorityFile = certificateFile, clock, log } = options;
  const listeners = new Set<(certificate: ServedCertificate) => void>();
  const first = await load(options);
  if (!first.ok) return first;
  let current = first.value;
  let said: string | undefined;

  const reload = async (): Promise<void> => {
    const loaded = await load(options);
    if (!loaded.ok) {
      if (said !== loaded.error)
        log.error({ reason: loaded.error }, 'keeping the certificate that was loaded before');
      said = loaded.error;
      return;
    }
    said = undefined;
    if (isSame(loaded.value, current)) return;
    current = loaded.value;
    const { notAfter } = current;
    log.info(
      { notAfter: new Date(notAfter).toISOString() },
      'loaded the certificate that the files have now',
    );
    for (const listener of [...listeners]) listener(current);
  };
  const paths = [...new Set([certificateFile, keyFile, authorityFile].map(dirname))];
  const stop = await watchPaths({ paths, clock, log, onChange: reload });
  // What changed between the first reading and the watch.
  await reload();
  return ok({
    current: () => current,
    ready: true,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
  });
};

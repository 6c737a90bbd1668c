import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCertificateFiles } from '../../certs/files.ts';
import { makeCertificate, type OwnCertificate } from '../../certs/self-signed.ts';
import type { CertificateSource } from '../../certs/source.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';

let folder: string;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let source: CertificateSource | undefined;
let generation = 0;

const make = (): Promise<OwnCertificate> =>
  makeCertificate({ dnsNames: ['a'], podUid: 'a', lifetimeMilliseconds: 1e9, now: Date.now() });

/** Writes the files as the kubelet does: a new folder, and one rename of the link `..data`. */
const publish = async (certificate: string, key: string): Promise<void> => {
  generation += 1;
  const name = `..generation-${generation}`;
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'tls.crt'), certificate);
  await writeFile(join(folder, name, 'tls.key'), key);
  await symlink(name, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
};

const options = () => ({
  certificateFile: join(folder, 'tls.crt'),
  keyFile: join(folder, 'tls.key'),
  clock,
  log: logged.log,
});
const start = async (): Promise<CertificateSource> => {
  const started = await startCertificateFiles(options());
  if (!started.ok) throw new Error(started.error);
  source = started.value;
  return source;
};
const errors = (): string[] => logged.lines.filter(({ level }) => level === 'error').map(({ text }) => text);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-files-'));
  clock = new ManualClock();
  logged = logLines();
  source = undefined;
  for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(folder, name));
});
afterEach(async () => {
  await source?.stop();
  await rm(folder, { recursive: true });
});

describe('certificate files', () => {
  test('are served as they are, and at once', async () => {
    const first = await make();
    await publish(first.certificatePem, first.keyPem.reveal());
    const files = await start();
    expect(files.ready).toBe(true);
    expect(files.current().certificatePem).toBe(first.certificatePem);
    expect(files.current().keyPem.reveal()).toBe(first.keyPem.reveal());
    expect(files.current().notAfter).toBe(first.notAfter);
  });

  test('are read again when the volume changes', async () => {
    const [first, second] = await Promise.all([make(), make()]);
    await publish(first.certificatePem, first.keyPem.reveal());
    const files = await start();
    const heard: string[] = [];
    files.onChange(({ certificatePem }) => heard.push(certificatePem));
    await publish(second.certificatePem, second.keyPem.reveal());
    await untilAdvancing(clock, () => heard.length > 0);
    expect(heard).toEqual([second.certificatePem]);
    expect(files.current().certificatePem).toBe(second.certificatePem);
    expect(clock.monotonic()).toBeLessThan(60_000);
  });

  test.each(['a key of another certificate', 'garbage', 'no files'])(
    '%s: the certificate before is kept, and it is said once',
    async (what) => {
      const [first, second] = await Promise.all([make(), make()]);
      await publish(first.certificatePem, first.keyPem.reveal());
      const files = await start();
      if (what === 'garbage') await publish('garbage', 'garbage');
      else if (what === 'no files') await rm(join(folder, '..data'));
      else await publish(second.certificatePem, first.keyPem.reveal());
      await untilAdvancing(clock, () => errors().length > 0);
      await untilAdvancing(clock, () => clock.monotonic() > 200_000, { step: 1000 });
      expect(errors()).toEqual(['keeping the certificate that was loaded before']);
      expect(files.current().certificatePem).toBe(first.certificatePem);
      expect(JSON.stringify(logged.lines)).not.toContain('PRIVATE');
      if (what === 'no files') return;
      await publish(second.certificatePem, second.keyPem.reveal());
      await untilAdvancing(clock, () => files.current().certificatePem === second.certificatePem);
    },
  );

  test('a first certificate that cannot be loaded is an error that names the files', async () => {
    const started = await startCertificateFiles(options());
    expect(started).toMatchObject({ ok: false });
    expect(!started.ok && started.error).toContain(
      `cannot load the certificate ${folder}/tls.crt with the key`,
    );
  });

  test('stop leaves nothing running', async () => {
    const first = await make();
    await publish(first.certificatePem, first.keyPem.reveal());
    const files = await start();
    await files.stop();
    await until(() => clock.untilNext() === undefined);
  });
});

import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { auditTo, openAudit, type AccessRecord, type Audit } from '../../../broker/audit.ts';
import { denied } from '../../../broker/identity/identity.ts';
import { logLines } from '../../support/log-lines.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const record: AccessRecord = {
  caller: {
    namespace: 'payments',
    serviceAccount: 'app',
    pod: { name: 'web', uid: 'u-1' },
    expiresAt: 0,
  },
  peer: '10.0.0.1',
  read: { store: { kind: 'ClusterSecretStore', name: 'shared' }, key: 'payments/db' },
  via: 'read',
  result: { outcome: 'served', version: '7', rule: 'spec.access[0]' },
};

const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('lines of the audit log', () => {
  test('all of one call are written at once', () => {
    const written: string[] = [];
    const audit = auditTo((lines) => written.push(lines) > 0);
    const failed = { ...record, result: { outcome: 'failed', code: 'timeout', rule: 'r' } } as const;
    expect(audit.access([record, failed])).toBe(true);
    expect(audit.access([])).toBe(true);
    audit.refused('10.0.0.9', denied('not from there'));
    expect(written).toHaveLength(2);
    const common = {
      level: 'info',
      log: 'audit',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
    };
    const access = {
      ...common,
      namespace: 'payments',
      serviceAccount: 'app',
      pod: 'web',
      podUid: 'u-1',
      peer: '10.0.0.1',
      store: { kind: 'ClusterSecretStore', name: 'shared' },
      key: 'payments/db',
      via: 'read',
    };
    expect(written.flatMap(linesOf)).toEqual([
      { ...access, outcome: 'served', version: '7', rule: 'spec.access[0]' },
      { ...access, outcome: 'failed', code: 'timeout', rule: 'r' },
      {
        ...common,
        peer: '10.0.0.9',
        outcome: 'refused',
        status: 403,
        code: 'denied',
        reason: 'not from there',
      },
    ]);
  });

  test('are one line of JSON each, whatever callers name things', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (key, name) => {
        let text = '';
        const audit = auditTo((lines) => (text += lines) !== '');
        const read = {
          ...record.read,
          key,
          store: { kind: 'SecretStore', name },
          version: key,
          stage: name,
        } as const;
        expect(audit.access([{ ...record, read }])).toBe(true);
        expect(linesOf(text)).toEqual([
          expect.objectContaining({
            log: 'audit',
            store: { kind: 'SecretStore', name },
            askedVersion: key,
            stage: name,
          }),
        ]);
      }),
    );
  });

  test('that cannot be written are told', () => {
    expect(auditTo(() => false).access([record])).toBe(false);
  });
});

describe('an audit log in a file', () => {
  let folder: string;
  let path: string;
  let clock: ManualClock;
  let logged: ReturnType<typeof logLines>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyferry-audit-'));
    path = join(folder, 'audit.log');
    clock = new ManualClock();
    logged = logLines();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const open = (target = path): Audit => {
    const audit = openAudit({ target, clock, log: logged.log });
    if (!audit.ok) throw new Error(audit.error);
    return audit.value;
  };
  const inFile = (file = path): number => linesOf(readFileSync(file, 'utf8')).length;

  test('has a line when it has been told of, is added to, and is for its owner alone', () => {
    expect(open().access([record])).toBe(true);
    expect(inFile()).toBe(1);
    open().access([record, record]);
    expect(inFile()).toBe(3);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('that is given another name goes on as a new one', async () => {
    const audit = open();
    audit.access([record]);
    renameSync(path, `${path}.1`);
    audit.access([record]);
    expect(inFile(`${path}.1`)).toBe(2);
    await clock.advance(1_000);
    audit.access([record]);
    await clock.advance(1_000);
    audit.access([record]);
    expect([inFile(`${path}.1`), inFile()]).toEqual([2, 2]);
  });

  test('cannot be opened: the flag, the file and the reason', () => {
    const target = join(folder, 'missing', 'audit.log');
    expect(openAudit({ target, clock, log: logged.log })).toEqual({
      ok: false,
      error: expect.stringMatching(/^--audit-log: \/.*\/missing\/audit\.log cannot be written: ENOENT/u),
    });
  });

  test('on a disk that is full: nothing counts as written, and that is said once', () => {
    const audit = open('/dev/full');
    expect([audit.access([record]), audit.access([record])]).toEqual([false, false]);
    expect(logged.lines).toEqual([
      {
        level: 'error',
        text: 'the audit log cannot be written; nothing is handed out until it can',
        fields: { target: '/dev/full', reason: expect.stringMatching(/^ENOSPC/u) },
      },
    ]);
  });

  test('whose folder goes away and comes back is written again', async () => {
    const audit = open();
    audit.access([record]);
    renameSync(folder, `${folder}-away`);
    await clock.advance(1_000);
    expect(audit.access([record])).toBe(false);
    renameSync(`${folder}-away`, folder);
    await clock.advance(1_000);
    expect(audit.access([record])).toBe(true);
    expect(inFile()).toBe(2);
    expect(logged.lines.map(({ text }) => text)).toEqual([
      'the audit log cannot be written; nothing is handed out until it can',
      'the audit log can be written again',
    ]);
  });
});

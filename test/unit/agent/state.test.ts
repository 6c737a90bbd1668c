import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { emptyState, type AgentState } from '../../../agent/core/state-format.ts';
import { nodeFileSystem } from '../../../agent/publish/file-system.ts';
import { StateFile } from '../../../agent/state-file.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { makeFolder, removeFolders } from '../../support/agent/folders.ts';
import { failingFileSystem } from '../../support/agent/failing-file-system.ts';
import { logLines, type LogLine } from '../../support/log-lines.ts';

const state: AgentState = {
  generation: 3,
  forceSync: 'abc',
  sessions: new Map([['SecretStore/vault', new Redacted('token')]]),
  sources: [
    {
      store: 'SecretStore/vault',
      key: 'db',
      version: '2',
      document: new Redacted(Buffer.from([0, 255, 1])),
      documentVersion: '2',
      fetchedAt: 5,
    },
    {
      store: 'SecretStore/vault',
      key: 'database/creds/app',
      stage: 's',
      parameters: [{ name: 'ttl', value: '1h' }],
      document: new Redacted(Buffer.from('{}')),
      fetchedAt: 7.5,
      lease: {
        id: 'database/creds/app/1',
        durationSeconds: 60,
        renewable: true,
        expiresAt: 70,
        login: 'one',
        issued: { at: 7, durationSeconds: 3_600, renewable: true },
      },
    },
    {
      store: 'SecretStore/vault',
      key: 'pki/issue/web',
      document: new Redacted(Buffer.from('{}')),
      fetchedAt: 7,
      lease: {
        id: '',
        durationSeconds: 60,
        renewable: false,
        expiresAt: 70,
        issued: { at: 7, durationSeconds: 60, renewable: false },
      },
    },
    { store: 'SecretStore/vault', key: 'api', document: new Redacted(Buffer.from('x')), fetchedAt: 6 },
    {
      store: 'SecretStore/vault',
      key: '',
      find: { path: 'team', name: '^db', tags: [{ name: 'a', value: 'b' }] },
      document: new Redacted(Buffer.from('{}')),
      fetchedAt: 6,
      gone: true,
    },
    { store: 'SecretStore/vault', key: 'never', fetchedAt: 6 },
  ],
  outputs: [{ file: 'tls', digest: 'abc', bytes: new Redacted(Buffer.from([255, 0])) }],
};

const revealed = ({ sessions, sources, outputs, ...rest }: AgentState): unknown => ({
  ...rest,
  sessions: [...sessions].map(([store, text]) => [store, text.reveal()]),
  sources: sources.map((source) => ({ ...source, document: source.document?.reveal().toString('hex') })),
  outputs: outputs.map((output) => ({ ...output, bytes: output.bytes.reveal().toString('hex') })),
});

let path: string;
let lines: LogLine[];
let file: StateFile;

beforeEach(() => {
  path = join(makeFolder(), 'state.json');
  const kept = logLines();
  ({ lines } = kept);
  file = new StateFile({ path, fileSystem: nodeFileSystem, log: kept.log });
});
afterEach(removeFolders);

describe('the state file', () => {
  test('gives back what was saved, with mode 0600 and nothing beside it', () => {
    file.save(state);
    file.save(state);
    expect(revealed(file.load())).toEqual(revealed(state));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['state.json']);
    expect(lines).toEqual([]);
  });

  test('of an older version, without what is new in it, is read', () => {
    const older =
      '{"version":1,"generation":2,"sessions":[],"sources":[{"store":"a","key":"b","document":"eA==","fetchedAt":1}]}';
    writeFileSync(path, older);
    expect(revealed(file.load())).toMatchObject({
      generation: 2,
      sources: [{ store: 'a', key: 'b', document: '78', fetchedAt: 1 }],
      outputs: [],
    });
    expect(lines).toEqual([]);
  });

  test('that is not there is an empty state', () => {
    expect(file.load()).toEqual(emptyState);
    expect(lines).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['half of it', '{"version":1,"generation":1,"sess'],
    ['another version', '{"version":2,"generation":1,"sessions":[],"sources":[]}'],
    ['an unknown key', '{"version":1,"generation":1,"sessions":[],"sources":[],"hunter2":1}'],
    ['a wrong type', '{"version":1,"generation":"hunter2","sessions":[],"sources":[]}'],
    [
      'half a lease',
      '{"version":1,"generation":1,"sessions":[],"sources":[{"store":"a","key":"b","document":"","fetchedAt":1,"lease":{"id":"hunter2"}}]}',
    ],
    ['no object', '[]'],
  ])('with %s in it is a warning that quotes nothing', (_what, text) => {
    writeFileSync(path, text);
    expect(file.load()).toEqual(emptyState);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.level).toBe('warn');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test('that is a link is not followed, a folder not read', () => {
    const elsewhere = `${path}.elsewhere`;
    file.save(state);
    writeFileSync(elsewhere, readFileSync(path));
    const linked = `${path}.linked`;
    symlinkSync(elsewhere, linked);
    mkdirSync(`${path}.folder`);
    for (const place of [linked, `${path}.folder`]) {
      const kept = logLines();
      expect(new StateFile({ path: place, fileSystem: nodeFileSystem, log: kept.log }).load()).toEqual(
        emptyState,
      );
      expect(kept.lines).toHaveLength(1);
    }
  });

  test('without room keeps the old state and leaves nothing half written', () => {
    file.save(state);
    const kept = logLines();
    const { fileSystem } = failingFileSystem({ call: 'writeSync', code: 'ENOSPC' });
    new StateFile({ path, fileSystem, log: kept.log }).save({ ...state, generation: 4 });
    expect(file.load().generation).toBe(3);
    expect(readdirSync(join(path, '..'))).toEqual(['state.json']);
    expect(kept.lines.map(({ level }) => level)).toEqual(['warn']);
  });
});

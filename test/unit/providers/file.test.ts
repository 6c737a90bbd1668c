import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/log.ts';
import type { PlanSource } from '../../../lib/plan.ts';
import { openFile } from '../../../providers/file.ts';
import { maximumFileBytes } from '../../../providers/file/read-below.ts';
import type { Provider, ProviderRequestRecord } from '../../../providers/provider.ts';
import { makeFolder, removeFolders } from '../../support/agent/folders.ts';
import { sourceOf } from '../../support/agent/plans.ts';

let root: string;
let records: ProviderRequestRecord[];

beforeEach(() => {
  root = makeFolder();
  mkdirSync(join(root, 'stores'));
  records = [];
});
afterEach(removeFolders);

const write = (path: string, text: string | Buffer): void => {
  writeFileSync(join(root, path), text);
};

const openAt = (path: string): Promise<Provider> => {
  const provider = { type: 'file' as const, path, root: '/stores' };
  return openFile(
    { name: 'files', kind: 'SecretStore', provider },
    {
      clock: systemClock,
      log: silentLogger,
      session: { load: () => undefined, save: () => undefined },
      readToken: () => Promise.reject(new Error('no tokens here')),
      resolvePath: (absolute) => join(root, absolute),
      record: (request) => {
        records.push(request);
      },
    },
  );
};

/** Reads keys from a store; a value comes as text, a failure as its code. */
const read = async (path: string, ...keys: (string | PlanSource)[]): Promise<string[]> => {
  const provider = await openAt(path);
  const sources = keys.map((key) => (typeof key === 'string' ? sourceOf(key) : key));
  const outcomes = await provider.read(sources, new AbortController().signal);
  provider.close();
  return outcomes.map((outcome) =>
    outcome.ok ? outcome.value.bytes.reveal().toString() : outcome.error.code,
  );
};

describe('a mapping', () => {
  test('in JSON: strings as they are, objects as JSON, numbers as they were written', async () => {
    write(
      'stores/s.json',
      '{"api":"k\\n","db":{"port":5432.0,"id":12345678901234567890},"n":1.10,"nothing":null}',
    );
    expect(await read('/stores/s.json', 'api', 'db', 'n', 'nothing', 'none')).toEqual([
      'k\n',
      '{"port":5432.0,"id":12345678901234567890}',
      '1.10',
      '',
      'not_found',
    ]);
  });

  test('in YAML likewise', async () => {
    write(
      'stores/s.yaml',
      'api: "k"\npayments/db:\n  user: u\n  port: 5432.0\n  id: 12345678901234567890\n  octal: 0o17\n  yes: true\nlist: [1.10, a]\n1: one\n',
    );
    expect(await read('/stores/s.yaml', 'api', 'payments/db', 'list', '1')).toEqual([
      'k',
      '{"user":"u","port":5432.0,"id":12345678901234567890,"octal":15,"yes":true}',
      '[1.10,"a"]',
      'one',
    ]);
  });

  test('has only keys of its own', async () => {
    write('stores/s.json', '{"a":"1"}');
    expect(await read('/stores/s.json', 'constructor', '__proto__', 'toString')).toEqual([
      'not_found',
      'not_found',
      'not_found',
    ]);
  });

  test('is read once for all keys, and anew each time', async () => {
    write('stores/s.json', '{"a":"1","b":"2"}');
    expect(await read('/stores/s.json', 'a', 'b')).toEqual(['1', '2']);
    expect(records).toEqual([
      expect.objectContaining({ provider: 'file', operation: 'read', outcome: 'ok' }),
    ]);
    write('stores/s.json', '{"a":"3"}');
    expect(await read('/stores/s.json', 'a')).toEqual(['3']);
  });

  test.each([
    ['/stores/s.json', '{"a":'],
    ['/stores/s.json', '["a"]'],
    ['/stores/s.json', '"hunter2"'],
    ['/stores/s.yaml', 'a: [hunter2'],
    ['/stores/s.yaml', 'a: 1\na: 2'],
    ['/stores/s.yaml', 'just text'],
    ['/stores/s.yaml', ''],
    ['/stores/s.yaml', 'a: *none'],
  ])('that is none (%s with %j) is invalid', async (path, text) => {
    write(path, text);
    expect(await read(path, 'a')).toEqual(['invalid']);
  });

  test('of more than 1 MiB is invalid', async () => {
    write('stores/s.json', JSON.stringify({ a: 'x'.repeat(maximumFileBytes - 8) }));
    expect((await read('/stores/s.json', 'a'))[0]).toHaveLength(maximumFileBytes - 8);
    write('stores/s.json', JSON.stringify({ a: 'x'.repeat(maximumFileBytes - 7) }));
    expect(await read('/stores/s.json', 'a')).toEqual(['invalid']);
  });
});

describe('a folder', () => {
  test('has a file for each key, in folders too, bytes as they are', async () => {
    mkdirSync(join(root, 'stores/s/payments'), { recursive: true });
    write('stores/s/api', 'k');
    write('stores/s/payments/db', Buffer.from('{"a":1}\n'));
    expect(await read('/stores/s', 'api', 'payments/db', 'none', 'payments', 'api/x')).toEqual([
      'k',
      '{"a":1}\n',
      'not_found',
      'not_found',
      'not_found',
    ]);
  });

  test('as the kubelet projects one is read through its links', async () => {
    mkdirSync(join(root, 'stores/s/..2026'), { recursive: true });
    write('stores/s/..2026/api', 'k');
    symlinkSync('..2026', join(root, 'stores/s/..data'));
    symlinkSync('..data/api', join(root, 'stores/s/api'));
    expect(await read('/stores/s', 'api')).toEqual(['k']);
  });

  test.each(['../../secret', 'a/../../secret', '..', '.', '/etc/passwd', '', 'a//b', 'a\u0000b'])(
    'the key %j leads nowhere',
    async (key) => {
      mkdirSync(join(root, 'stores/s/a'), { recursive: true });
      write('secret', 'hunter2');
      const [outcome] = await read('/stores/s', key);
      expect(outcome).toBe('invalid');
    },
  );
});

describe('the root', () => {
  test('is not left by a link, neither of the store nor of a key', async () => {
    mkdirSync(join(root, 'stores/s'));
    mkdirSync(join(root, 'stores-of-others'));
    write('secret.json', '{"a":"hunter2"}');
    write('stores-of-others/s.json', '{"a":"hunter2"}');
    symlinkSync(join(root, 'secret.json'), join(root, 'stores/link.json'));
    symlinkSync(join(root, 'secret.json'), join(root, 'stores/s/a'));
    expect(await read('/stores/link.json', 'a')).toEqual(['denied']);
    expect(await read('/stores/s', 'a')).toEqual(['denied']);
    expect(await read('/secret.json', 'a')).toEqual(['denied']);
    expect(await read('/stores/../secret.json', 'a')).toEqual(['denied']);
    expect(await read('/stores-of-others/s.json', 'a')).toEqual(['denied']);
  });

  test('may itself be a link, and links within it are followed', async () => {
    renameSync(join(root, 'stores'), join(root, 'real'));
    symlinkSync('real', join(root, 'stores'));
    write('real/s.json', '{"a":"1"}');
    symlinkSync('s.json', join(root, 'real/link.json'));
    expect(await read('/stores/link.json', 'a')).toEqual(['1']);
  });
});

describe('what stands in the way', () => {
  test('no file at the path is unavailable, for each key', async () => {
    expect(await read('/stores/none.json', 'a', 'b')).toEqual(['unavailable', 'unavailable']);
    expect(records).toEqual([expect.objectContaining({ outcome: 'unavailable' })]);
  });

  test('a pipe is invalid and holds up nothing', async () => {
    execFileSync('mkfifo', [join(root, 'stores/pipe')]);
    expect(await read('/stores/pipe', 'a')).toEqual(['invalid']);
  });

  test('a circle of links is invalid', async () => {
    symlinkSync('b', join(root, 'stores/a'));
    symlinkSync('a', join(root, 'stores/b'));
    expect(await read('/stores/a', 'a')).toEqual(['invalid']);
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? test.skip : test)(
    `a file that may not be read is denied${isRoot ? ' (root may read all)' : ''}`,
    async () => {
      write('stores/s.json', '{}');
      chmodSync(join(root, 'stores/s.json'), 0);
      expect(await read('/stores/s.json', 'a')).toEqual(['denied']);
    },
  );

  test('a version is invalid: files have none', async () => {
    write('stores/s.json', '{"a":"1"}');
    expect(await read('/stores/s.json', sourceOf('a', { version: '2' }))).toEqual(['invalid']);
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { constructs } from '../support/eso/constructs.ts';
import { asWanted } from '../support/eso/made-credentials.ts';
import {
  caseNames,
  loadCase,
  moved,
  renderIn,
  wantedFiles,
  withFileStores,
  writeWanted,
} from '../support/eso/cases.ts';
import { namesOf, plannedFiles } from '../support/eso/inject.ts';
import { runCli } from '../support/eso/run-cli.ts';
import { hasStandIns, startStandIns } from '../support/eso/stand-ins.ts';
import { filesThroughBroker, isBrokered } from '../support/eso/through-broker.ts';
import { checkFile } from '../support/golden-files.ts';

const cases = caseNames.map((name) => ({ name, eso: loadCase(name) }));
const updating = process.env['UPDATE_GOLDEN'] === '1';

test('each case says why it is there, and is made of known files', () => {
  expect(cases.filter(({ eso }) => eso.why === '')).toEqual([]);
  const known = ['manifests.yaml', 'upstream.yaml', 'want', 'want.check.txt', 'want.refused.txt'];
  const strangers = cases.flatMap(({ eso }) =>
    readdirSync(eso.folder).filter((name) => !known.includes(name) && !name.endsWith('.rej')),
  );
  expect(strangers).toEqual([]);
});

test.each([...constructs])('there is a case with %s', (_construct, isThere) => {
  expect(cases.filter(({ eso }) => eso.documents.some(isThere)).map(({ name }) => name)).not.toEqual([]);
});

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-eso-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.each(cases)('$name', ({ eso }) => {
  const { documents, upstream, namespace } = eso;
  const wellDone = { status: 0, files: wantedFiles(eso) };

  test('is checked as its file says', async () => {
    const { status, out, error } = await runCli(['check', '-f', join(eso.folder, 'manifests.yaml')]);
    const said = `${error}${out}`.replaceAll(`${eso.folder}/`, '');
    checkFile(join(eso.folder, 'want.check.txt'), `${said}exit ${status}\n`);
  });

  test('gives its files out of a file store', async () => {
    const rendered = await renderIn(folder, withFileStores(documents, upstream, folder));
    if (updating) writeWanted(eso, rendered.files);
    else expect(rendered).toMatchObject(wellDone);
  });

  test('gives the same bytes with the one line changed', async () => {
    const stores = withFileStores(documents, upstream, folder);
    expect(moved(stores)).not.toEqual(stores);
    expect(await renderIn(folder, moved(stores))).toMatchObject(wellDone);
  });

  test('a pod that names it is planned the same files, with the line changed or not', () => {
    const stores = withFileStores(documents, upstream, folder);
    const files = plannedFiles(stores, namespace);
    expect(plannedFiles(moved(stores), namespace)).toEqual(files);
    const names = Object.keys(wellDone.files);
    const open = namesOf(files).filter((name) => name.endsWith('*'));
    const starred = names.map((name) => open.find((star) => name.startsWith(star.slice(0, -1))) ?? name);
    expect([...new Set(starred)].sort()).toEqual(namesOf(files));
  });
});

const refusalOf = (caseFolder: string): string | undefined => {
  const file = join(caseFolder, 'want.refused.txt');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const brokered = cases.filter(({ eso }) => isBrokered(eso));
const served = cases.filter(({ eso }) => hasStandIns(eso) && !isBrokered(eso));

test('every case is held against stand-ins, but for those of Azure and Google', () => {
  const others = cases.filter(({ eso }) => !hasStandIns(eso)).map(({ name }) => name);
  expect(others).toEqual(['aws-and-azure-backup', 'google-workload-identity']);
});

test.each(brokered)('$name, through a broker, gives the same bytes', async ({ eso }) => {
  expect(await filesThroughBroker(eso, folder)).toEqual(wantedFiles(eso));
});

describe.each(served)('$name, from servers with logins', ({ eso }) => {
  const refusal = refusalOf(eso.folder);

  test(refusal === undefined ? 'gives the same bytes' : 'is refused with both ways out', async () => {
    await using standIns = await startStandIns(eso, folder);
    const { status, said, files } = await renderIn(folder, standIns.documents, standIns.words);
    if (refusal === undefined) {
      const wanted = wantedFiles(eso);
      expect({ status, said: status === 0 ? '' : said, files: asWanted(eso, files, wanted) }).toEqual({
        status: 0,
        said: '',
        files: wanted,
      });
    } else {
      expect({ status, files }).toEqual({ status: 1, files: {} });
      checkFile(join(eso.folder, 'want.refused.txt'), said);
    }
  });
});

import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { providerError } from '../../../../lib/provider-error.ts';
import { err, ok } from '../../../../lib/result.ts';
import { findBounds } from '../../../../providers/find/bounds.ts';
import { walk, type Listing, type Path } from '../../../../providers/find/walk.ts';

/** Lists folders of what is at the paths, as a backend does: a folder and a secret may have one name. */
const listingOf =
  (paths: readonly Path[]) =>
  (folder: Path): Listing => {
    const inside = paths
      .filter((path) => path.length > folder.length && folder.every((name, index) => path[index] === name))
      .map((path) => path.slice(folder.length));
    const secrets = inside.filter(({ length }) => length === 1).flat();
    const folders = [...new Set(inside.filter(({ length }) => length > 1).map(([name = '']) => name))];
    return { secrets, folders };
  };

const walked = async (list: (folder: Path) => Listing): Promise<string[] | string> => {
  const found = await walk((folder) => Promise.resolve(ok(list(folder))));
  return found.ok ? found.value.map((path) => path.join('/')) : found.error.message;
};

describe('a walk', () => {
  test('finds every secret once, whatever folders there are', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const paths = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 6 }), {
      selector: (path) => path.join('/'),
    });
    await fc.assert(
      fc.asyncProperty(paths, async (all) => {
        const found = await walked(listingOf(all));
        const names = typeof found === 'string' ? [found] : found.toSorted();
        expect(names).toEqual(all.map((path) => path.join('/')).sort());
      }),
    );
  });

  test('has at most eight listings under way', async () => {
    let running = 0;
    let most = 0;
    const found = await walk(async (folder) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      const folders = folder.length === 0 ? Array.from({ length: 30 }, (_, index) => `f${index}`) : [];
      return ok({ secrets: [], folders });
    });
    expect(found).toEqual(ok([]));
    expect(most).toBe(8);
  });

  test('ends at the first listing that fails', async () => {
    const error = providerError('denied', 'no');
    let asked = 0;
    const found = await walk((folder) => {
      asked += 1;
      return Promise.resolve(folder.length === 0 ? ok({ secrets: ['s'], folders: ['a', 'b'] }) : err(error));
    });
    expect(found).toEqual(err(error));
    expect(asked).toBeLessThanOrEqual(3);
  });

  test('looks at no more than so many names', async () => {
    const secrets = Array.from({ length: findBounds.names }, (_, index) => String(index));
    expect(await walked(() => ({ secrets, folders: [] }))).toHaveLength(findBounds.names);
    expect(await walked(() => ({ secrets: [...secrets, 'one more'], folders: [] }))).toBe(
      'the find has more than 10000 names to look at: narrow it by find.path',
    );
  });

  test('ends where folders have no end', async () => {
    expect(await walked(() => ({ secrets: [], folders: ['again'] }))).toMatch(
      /^the find goes 16 folders deep at the most/,
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import { Names } from '../../../../providers/bitwarden/names.ts';
import type { SecretName } from '../../../../providers/bitwarden/sdk/messages.ts';

const projectId = '1c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';

const secret = (last: number, name: string, project: string | undefined = projectId): SecretName => ({
  id: `aaaaaaaa-0000-4000-8000-${String(last).padStart(12, '0')}`,
  name,
  revision: '2026-01-01T00:00:00.000Z',
  ...(project === '' ? {} : { projectId: project }),
});

describe('names of a project', () => {
  test('that another project has are none', () => {
    const other = '2c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';
    const names = new Names(projectId, [secret(1, 'db'), secret(2, 'db', other), secret(3, 'db', '')]);
    expect(names.all.map(({ id }) => id)).toEqual([secret(1, '').id]);
    expect(names.resolve('db')).toMatchObject({ ok: true, value: { id: secret(1, '').id } });
    for (const last of [2, 3])
      expect(names.resolve(secret(last, '').id)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  test('like those of every object are names like others', () => {
    const names = new Names(projectId, [secret(1, '__proto__')]);
    expect(names.resolve('__proto__').ok).toBe(true);
    expect(names.resolve('constructor')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  test('a key that is an id never means a name', () => {
    const id = secret(7, '').id;
    const names = new Names(projectId, [secret(1, id)]);
    expect(names.resolve(id)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  test('of very many secrets are told by the first ten ids', () => {
    const names = new Names(
      projectId,
      Array.from({ length: 12 }, (_, index) => secret(12 - index, 'db')),
    );
    const ids = Array.from({ length: 10 }, (_, index) => secret(index + 1, '').id).join(', ');
    expect(names.resolve('db')).toEqual({
      ok: false,
      error: {
        code: 'invalid',
        message: `project ${projectId} has 12 secrets of this name: ${ids} and 2 more; use the id of the one that is meant as the key`,
      },
    });
  });
});

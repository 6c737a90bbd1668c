import { describe, expect, test } from '@jest/globals';
import { describeThrown } from '../../../lib/thrown.ts';

describe('describeThrown', () => {
  test('says what and where, not the message', () => {
    const parse = (): unknown => JSON.parse('hunter2');
    let thrown: unknown;
    try {
      parse();
    } catch (error) {
      thrown = error;
    }
    const described = describeThrown(thrown);
    expect(described.name).toBe('SyntaxError');
    expect(described.at.length).toBeGreaterThan(0);
    expect(JSON.stringify(described)).not.toContain('hunter2');
  });

  test('a message that looks like a stack trace is not told either', () => {
    expect(JSON.stringify(describeThrown(new Error('x\n    at hunter2')))).not.toContain('hunter2');
  });

  test('codes of the system are told', () => {
    expect(describeThrown(Object.assign(new Error(), { code: 'ENOENT' }))).toMatchObject({ code: 'ENOENT' });
  });

  test('things that are no errors are named by their type', () => {
    expect(describeThrown('hunter2')).toEqual({ name: 'string', at: [] });
  });
});

import { describe, expect, test } from '@jest/globals';
import { layoutProblems } from '../../../agent/core/layout.ts';
import { fileAt, planOf } from '../../support/agent/plans.ts';
import { externalSecretAt, templateAt } from '../../support/agent/template-plans.ts';

const problems = (...paths: string[]): readonly string[] =>
  layoutProblems(planOf({ files: paths.map((path) => fileAt(path)) }));

describe('layoutProblems', () => {
  test('paths that can stand side by side', () => {
    expect(problems('a', 'b/c', 'b/d', 'b.c', 'bc')).toEqual([]);
  });

  test.each(['/etc/passwd', '../x', 'a/../b', '..data', 'a//b', '', '.', 'a\nb'])('%j is refused', (path) => {
    expect(problems(path)).toHaveLength(1);
  });

  test('folders of ExternalSecrets and files of templates count as paths do', () => {
    const files = [externalSecretAt(), fileAt('app/user'), templateAt('app', ''), templateAt('../x', '')];
    expect(layoutProblems(planOf({ files }))).toEqual([
      'files.2.path: "app" is there twice',
      'files.3.path: "../x" has the segment ".."',
      'files.1.path: "app/user" is inside of the file "app"',
    ]);
  });

  test('every problem is told', () => {
    expect(problems('a', 'a', 'a/b', '../c')).toEqual([
      'files.1.path: "a" is there twice',
      'files.3.path: "../c" has the segment ".."',
      'files.2.path: "a/b" is inside of the file "a"',
    ]);
  });
});

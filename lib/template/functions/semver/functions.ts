import type { Result } from '../../../result.ts';
import { booleanValue, FunctionError, type TemplateFunction } from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { meets } from './check.ts';
import { parseConstraint } from './constraint.ts';
import { versionObject } from './object.ts';
import { parseVersion } from './version.ts';

const orFail = <T>(result: Result<T, string>): T => {
  if (!result.ok) throw new FunctionError(result.error);
  return result.value;
};

export const functions: readonly TemplateFunction[] = [
  {
    name: 'semver',
    parameters: ['string'],
    call: ([version]) => versionObject(orFail(parseVersion(stringArgument(version)))),
  },
  {
    name: 'semverCompare',
    parameters: ['string', 'string'],
    call: ([constraint, version]) => {
      const groups = orFail(parseConstraint(stringArgument(constraint)));
      return booleanValue(meets(orFail(parseVersion(stringArgument(version))), groups));
    },
  },
];

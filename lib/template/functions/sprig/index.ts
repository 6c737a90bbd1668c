import type { TemplateFunction } from '../../value.ts';
import { copyFunctions } from './deep-copy.ts';
import { cuttingFunctions } from './cutting.ts';
import { dictionaryFunctions } from './dictionaries.ts';
import { digestFunctions } from './digests.ts';
import { emptinessFunctions } from './emptiness.ts';
import { encodingFunctions } from './encodings.ts';
import { failFunctions } from './fail.ts';
import { floatFunctions } from './floats.ts';
import { integerFunctions } from './integers.ts';
import { jsonFunctions } from './json.ts';
import { letterFunctions } from './letters.ts';
import { listFunctions } from './lists.ts';
import { mergeFunctions } from './merge.ts';
import { pathFunctions } from './paths.ts';
import { randomFunctions } from './random.ts';
import { reflectionFunctions } from './reflection.ts';
import { sequenceFunctions } from './sequences.ts';
import { splittingFunctions } from './splitting.ts';
import { stringFunctions } from './strings.ts';
import { textFunctions } from './text.ts';
import { wrappingFunctions } from './wrapping.ts';

/** sprig's functions that need no library: https://masterminds.github.io/sprig/ */
export const functions: readonly TemplateFunction[] = [
  ...copyFunctions,
  ...cuttingFunctions,
  ...dictionaryFunctions,
  ...digestFunctions,
  ...emptinessFunctions,
  ...encodingFunctions,
  ...failFunctions,
  ...floatFunctions,
  ...integerFunctions,
  ...jsonFunctions,
  ...letterFunctions,
  ...listFunctions,
  ...mergeFunctions,
  ...pathFunctions,
  ...randomFunctions,
  ...reflectionFunctions,
  ...sequenceFunctions,
  ...splittingFunctions,
  ...stringFunctions,
  ...textFunctions,
  ...wrappingFunctions,
];

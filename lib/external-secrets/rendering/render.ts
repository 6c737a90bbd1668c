import type { PlanExternalSecretFile } from '../../plan.ts';
import { providerError } from '../../provider-error.ts';
import { err, ok, type Result } from '../../result.ts';
import { fileNameProblem } from './key-names.ts';
import { applyTemplate } from './templates.ts';
import type { ExternalSecretInputs, RenderError, RenderTools, Values } from './types.ts';
import { gatherValues } from './values.ts';

const makeFiles = (
  file: PlanExternalSecretFile,
  inputs: ExternalSecretInputs,
  tools: RenderTools,
): Result<Values, RenderError> => {
  const values = gatherValues(file, inputs, tools);
  if (!values.ok) return values;
  const files = new Map<string, Buffer>(file.keepsKeys ? values.value : []);
  for (const template of file.templates ?? []) {
    const made = applyTemplate(template, values.value, inputs, tools);
    if (!made.ok) return made;
    for (const [name, bytes] of made.value) files.set(name, bytes);
  }
  return ok(files);
};

const checkNames = (files: Values): Result<Values, RenderError> => {
  for (const name of files.keys()) {
    const problem = fileNameProblem(name);
    if (problem !== undefined)
      return err(providerError('invalid', `key ${JSON.stringify(name)} cannot be a file: it ${problem}`));
  }
  return ok(files);
};

/**
 * The files of an ExternalSecret, by their names in its folder, as External Secrets Operator would make the keys of a Secret.
 * Every secret that is needed has to be there. The error names the ExternalSecret and what in it failed, never a value.
 */
export const renderExternalSecret = (
  file: PlanExternalSecretFile,
  inputs: ExternalSecretInputs,
  tools: RenderTools,
): Result<Values, RenderError> => {
  const files = makeFiles(file, inputs, tools);
  const checked = files.ok ? checkNames(files.value) : files;
  if (checked.ok) return checked;
  const { error } = checked;
  return err({ ...error, message: `ExternalSecret ${JSON.stringify(file.name)}: ${error.message}` });
};

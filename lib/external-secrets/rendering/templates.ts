import { decodeValue } from '../../decode-value.ts';
import type { PlanTargetTemplate } from '../../plan.ts';
import { providerError, type ProviderError } from '../../provider-error.ts';
import { err, ok, type Result } from '../../result.ts';
import { entryName, fileNameProblem } from './key-names.ts';
import type { ExternalSecretInputs, RenderTools, Values } from './types.ts';

/** The template's own name, as Go's messages about it have it. */
export const nameOfTemplate = ({ as, key }: PlanTargetTemplate): string =>
  as === 'Values' ? key : 'literal';

/** Where a template stands, for messages that do not begin with its name. */
const placeOf = ({ from, as, key }: PlanTargetTemplate): string => {
  if (from.kind === 'config-map')
    return `ConfigMap ${JSON.stringify(from.name)}, key ${JSON.stringify(from.key)}`;
  return as === 'Values' ? `template ${JSON.stringify(key)}` : 'template of keys and values';
};

/** Names that a template made may be secret values, or have them in them: messages say which of them, not what it is. */
const nameOf = ({ as }: PlanTargetTemplate, name: string, index: number): string =>
  as === 'Values' ? `key ${JSON.stringify(name)}` : entryName(index);

const finish = (files: Values, template: PlanTargetTemplate): Result<Values, ProviderError> => {
  const finished = new Map<string, Buffer>();
  for (const [index, [name, bytes]] of [...files].entries()) {
    const shown = nameOf(template, name, index);
    const problem = fileNameProblem(name);
    if (problem !== undefined)
      return err(providerError('invalid', `${shown} cannot be a file: its name ${problem}`));
    const value = decodeValue(bytes, template.decode);
    if (!value.ok) return err({ ...value.error, message: `${shown}: ${value.error.message}` });
    finished.set(name, value.value);
  }
  return ok(finished);
};

const execute = (
  template: PlanTargetTemplate,
  values: Values,
  inputs: ExternalSecretInputs,
  tools: RenderTools,
): Result<Values, ProviderError> => {
  const { from, as, key } = template;
  const text = from.kind === 'text' ? from.text : inputs.configMap(from.name, from.key);
  if (text === undefined) return err(providerError('unavailable', 'it is not there yet'));
  const made = tools.execute({ name: nameOfTemplate(template), text }, values);
  if (!made.ok) return err(providerError('invalid', made.error));
  const files = as === 'Values' ? ok(new Map([[key, made.value]])) : tools.readTexts(made.value);
  return files.ok ? finish(files.value, template) : err(providerError('invalid', files.error));
};

/** The files that one template makes of an ExternalSecret's values. The error says where the template stands. */
export const applyTemplate = (
  template: PlanTargetTemplate,
  values: Values,
  inputs: ExternalSecretInputs,
  tools: RenderTools,
): Result<Values, ProviderError> => {
  const files = execute(template, values, inputs, tools);
  return files.ok ? files : err({ ...files.error, message: `${placeOf(template)}: ${files.error.message}` });
};

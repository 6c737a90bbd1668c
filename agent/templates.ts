import { createHash } from 'node:crypto';
import { TemplateKit, type TemplateKitOptions } from '../lib/external-secrets/rendering/template-kit.ts';
import type { NamedTemplate } from '../lib/external-secrets/rendering/types.ts';
import type { Plan } from '../lib/plan.ts';
import { Redacted } from '../lib/redacted.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { neededTools, templatesOf } from './core/needed-tools.ts';
import type { Outputs } from './core/outputs.ts';
import type { FileTools, NamedSecrets, Templates } from './core/tools.ts';
import { secretFunctionNames, secretFunctions } from './secret-functions.ts';

type Inputs = ReadonlyMap<string, Buffer | undefined>;

/** Names everything that a result depends on. */
const digestOf = ({ name, text }: NamedTemplate, inputs: Inputs): string => {
  const hash = createHash('sha256').update(JSON.stringify([name, text]));
  for (const [key, bytes] of [...inputs].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([key, bytes?.length ?? null])).update(bytes ?? '');
  return hash.digest('hex');
};

/** Tools whose results are remembered where they would be different each time. */
const remembering = (kit: TemplateKit, remembered: Outputs): FileTools => {
  const outputs = new Map<string, Redacted<Buffer>>();
  const remember = (
    template: NamedTemplate,
    inputs: Inputs,
    { isUnstable, make }: { readonly isUnstable: boolean; readonly make: () => Result<Buffer, string> },
  ): Result<Buffer, string> => {
    if (!isUnstable) return make();
    const digest = digestOf(template, inputs);
    const known = remembered.get(digest) ?? outputs.get(digest);
    const made = known === undefined ? make() : ok(known.reveal());
    if (made.ok) outputs.set(digest, new Redacted(made.value));
    return made;
  };
  return {
    ...kit.tools,
    execute: (template, values) =>
      remember(template, values, {
        isUnstable: kit.isUnstable(template),
        make: () => kit.execute(template, values),
      }),
    executeNaming: (template, secrets: NamedSecrets) =>
      remember(template, secrets, {
        isUnstable: kit.isUnstable(template, secretFunctionNames),
        make: () => kit.execute(template, new Map(), secretFunctions(secrets)),
      }),
    outputs,
  };
};

/** Parses the templates of a plan and loads all that they call. The error has everything that is wrong with them, a line each. */
export const openTemplates = async (
  plan: Plan,
  options: TemplateKitOptions,
): Promise<Result<Templates, readonly string[]>> => {
  const kit = new TemplateKit(options);
  const needs = neededTools(plan);
  const problems = await Promise.all(
    templatesOf(plan).map(async ({ place, names, ...template }) => {
      const problem = await kit.add(template, names ? secretFunctionNames : []);
      if (problem === undefined) return [];
      return [place === '' ? problem : `${place}: ${problem}`];
    }),
  );
  if (problems.flat().length > 0) return err(problems.flat());
  if (needs.expressions) await kit.addExpressions();
  if (needs.textMaps) await kit.addTextMaps();
  return ok({
    begin: (remembered) => remembering(kit, remembered),
    learn: async (text) => {
      await kit.add({ name: '', text });
    },
  });
};

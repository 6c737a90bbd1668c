import { nameOfTemplate } from '../../lib/external-secrets/rendering/templates.ts';
import type { NamedTemplate } from '../../lib/external-secrets/rendering/types.ts';
import type { Plan, PlanExternalSecretFile } from '../../lib/plan.ts';

/** A template of a plan, and where it stands, for messages. */
export interface PlannedTemplate extends NamedTemplate {
  /** Empty where the template's own name says it all. */
  readonly place: string;
  /** Whether it names its secrets itself. */
  readonly names: boolean;
}

const ofTemplates = (file: PlanExternalSecretFile): readonly PlannedTemplate[] =>
  (file.templates ?? []).flatMap((template): PlannedTemplate[] =>
    template.from.kind === 'text'
      ? [{ name: nameOfTemplate(template), text: template.from.text, place: placeOf(file), names: false }]
      : [],
  );

const placeOf = ({ name }: PlanExternalSecretFile): string => `ExternalSecret ${JSON.stringify(name)}`;

const ofRewrites = (file: PlanExternalSecretFile): readonly PlannedTemplate[] =>
  file.sets
    .flatMap(({ rewrite }) => rewrite)
    .flatMap((rule): PlannedTemplate[] =>
      rule.kind === 'transform'
        ? [{ name: 'transform', text: rule.template, place: placeOf(file), names: false }]
        : [],
    );

/** The templates whose texts are in the plan. */
export const templatesOf = (plan: Plan): readonly PlannedTemplate[] =>
  plan.files.flatMap((file): readonly PlannedTemplate[] => {
    if (file.kind === 'template') return [{ name: file.path, text: file.template, place: '', names: true }];
    return file.kind === 'external-secret' ? [...ofTemplates(file), ...ofRewrites(file)] : [];
  });

export interface NeededTools {
  /** Whether anything has to be loaded at all. */
  readonly any: boolean;
  readonly expressions: boolean;
  readonly textMaps: boolean;
}

/** What making a plan's files takes beside the files' own rules. */
export const neededTools = (plan: Plan): NeededTools => {
  const folders = plan.files.filter((file) => file.kind === 'external-secret');
  const rules = folders.flatMap(({ sets }) => sets).flatMap(({ rewrite }) => rewrite);
  const targets = folders.flatMap(({ templates }) => templates ?? []);
  const expressions = rules.some(({ kind }) => kind === 'regexp');
  const textMaps = targets.some(({ as }) => as === 'KeysAndValues');
  return {
    any: expressions || targets.length > 0 || templatesOf(plan).length > 0,
    expressions,
    textMaps,
  };
};

import type { PlanTargetTemplate } from '../plan.ts';
import { parseChecked } from '../template/checked.ts';
import type { BranchNode, ListNode, OperandNode, PipeNode, StatementNode } from '../template/parse/node.ts';
import { didYouMean, quoted } from '../text.ts';
import type { ExternalSecret } from './external-secret.ts';
import { placeInMap } from './key-names.ts';

/** Collects the names that a template takes from its data, as far as the source alone tells that it is the data. */
class DataNames {
  readonly found = new Set<string>();

  /** `isData`: whether dot is the template's data here, and not what a `with` or `range` made of it. */
  list({ nodes }: ListNode, isData: boolean): void {
    for (const node of nodes) this.#statement(node, isData);
  }

  #statement(node: StatementNode, isData: boolean): void {
    if ('pipe' in node && node.pipe !== undefined) this.#pipe(node.pipe, isData);
    if ('list' in node) this.#branch(node, isData);
  }

  #branch({ kind, list, otherwise }: BranchNode, isData: boolean): void {
    this.list(list, isData && kind === 'if');
    if (otherwise !== undefined) this.list(otherwise, isData);
  }

  #pipe({ commands }: PipeNode, isData: boolean): void {
    for (const { operands } of commands) for (const operand of operands) this.#operand(operand, isData);
  }

  #operand(node: OperandNode, isData: boolean): void {
    if (node.kind === 'field' && isData) this.#add(node.names);
    // Whatever dot is, `$` is the data all through the template.
    if (node.kind === 'variable' && node.name === '$') this.#add(node.fields);
    if (node.kind === 'pipe') this.#pipe(node, isData);
    if (node.kind === 'chain') this.#operand(node.node, isData);
  }

  #add([name]: readonly string[]): void {
    if (name !== undefined) this.found.add(name);
  }
}

/** Templates that are defined inside of it are left out: what they are called with is known only as they run. */
const dataNames = (name: string, text: string): readonly string[] => {
  const parsed = parseChecked(name, text);
  const list = parsed.ok ? parsed.value.program.templates.get(parsed.value.program.name) : undefined;
  const names = new DataNames();
  if (list !== undefined) names.list(list, true);
  return [...names.found];
};

const sentencesOf = ({ as, key, from }: PlanTargetTemplate, keys: readonly string[]): readonly string[] => {
  if (from.kind !== 'text') return [];
  const place = `spec.target.template.${as === 'Values' ? placeInMap('data', key) : 'templateFrom'}`;
  return dataNames(key, from.text)
    .filter((name) => !keys.includes(name))
    .map(
      (name) =>
        `${place} uses ${quoted(`.${name}`)}, which no secretKey of spec.data brings; a pod that comes to it does not start${didYouMean(name, keys)}`,
    );
};

/**
 * What the templates of an ExternalSecret use and its `data` does not bring, a sentence each. Nothing where there is `dataFrom`, whose
 * keys only the store knows. A warning and no problem: the template may never come to it.
 */
export const missingKeys = ({ templates = [], sets, entries }: ExternalSecret): readonly string[] => {
  if (sets.length > 0) return [];
  const keys = entries.map(({ secretKey }) => secretKey);
  return templates.flatMap((template) => sentencesOf(template, keys));
};

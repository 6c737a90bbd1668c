import type { PlanRewrite } from '../../plan.ts';
import { err, ok, type Result } from '../../result.ts';
import { mergeValues } from './merge.ts';
import type { RenderTools, Values } from './types.ts';

type Rename = Exclude<PlanRewrite, { kind: 'merge' }>;

const rename = (rule: Rename, key: string, tools: RenderTools): Result<string, string> => {
  if (rule.kind === 'regexp') return tools.replaceAll(rule.source, rule.target, key);
  const made = tools.execute(
    { name: 'transform', text: rule.template },
    new Map([['value', Buffer.from(key)]]),
  );
  return made.ok ? ok(made.value.toString('utf8')) : made;
};

/** In the order of their names, so that of two that become one it is always the same that stays. */
const renameKeys = (rule: Rename, values: Values, tools: RenderTools): Result<Values, string> => {
  const renamed = new Map<string, Buffer>();
  for (const [key, value] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = rename(rule, key, tools);
    if (!name.ok) return name;
    renamed.set(name.value, value);
  }
  return ok(renamed);
};

/** Applies rules one after another to what a set brought. The error says which rule failed. */
export const rewriteKeys = (
  rules: readonly PlanRewrite[],
  values: Values,
  tools: RenderTools,
): Result<Values, string> => {
  let rewritten = values;
  for (const [index, rule] of rules.entries()) {
    const next = rule.kind === 'merge' ? mergeValues(rule, rewritten) : renameKeys(rule, rewritten, tools);
    if (!next.ok) return err(`rewrite[${index}]: ${next.error}`);
    rewritten = next.value;
  }
  return ok(rewritten);
};

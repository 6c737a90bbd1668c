/** What podbox does with one field of a manifest; a field without a rule is refused. */
export type Rule =
  /** Honoured, or none of a kubelet's business. */
  | { readonly kind: 'taken' }
  /** Honoured where `accepts` says so. */
  | { readonly kind: 'value'; readonly accepts: (value: unknown) => boolean; readonly only: string }
  /** Accepted without effect; the note says so. */
  | { readonly kind: 'noted'; readonly note: string }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Rule> }
  | { readonly kind: 'list'; readonly item: Rule };

export const taken: Rule = { kind: 'taken' };
export const noted = (note: string): Rule => ({ kind: 'noted', note });
export const value = (only: string, accepts: (value: unknown) => boolean): Rule => ({
  kind: 'value',
  only,
  accepts,
});
export const oneOf = (...values: readonly unknown[]): Rule =>
  value(values.map((each) => JSON.stringify(each)).join(' or '), (each) => values.includes(each));
export const object = (fields: Readonly<Record<string, Rule>>): Rule => ({
  kind: 'object',
  fields: new Map(Object.entries(fields)),
});
export const list = (item: Rule): Rule => ({ kind: 'list', item });

export interface Findings {
  /** Paths that podbox does not honour, with the values that it would where there are any. */
  readonly refused: readonly string[];
  readonly notes: readonly string[];
}

type Sink = { readonly refused: string[]; readonly notes: Set<string> };

const walkObject = (fields: ReadonlyMap<string, Rule>, given: unknown, path: string, sink: Sink): void => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    sink.refused.push(`${path} (only an object)`);
    return;
  }
  for (const [name, child] of Object.entries(given)) {
    const childPath = path === '' ? name : `${path}.${name}`;
    const rule = fields.get(name);
    if (rule !== undefined) walk(rule, child, childPath, sink);
    else if (child !== undefined && child !== null) sink.refused.push(childPath);
  }
};

const walkList = (item: Rule, given: unknown, path: string, sink: Sink): void => {
  if (!Array.isArray(given)) {
    sink.refused.push(`${path} (only a list)`);
    return;
  }
  for (const [index, child] of given.entries()) walk(item, child, `${path}[${index}]`, sink);
};

const walk = (rule: Rule, given: unknown, path: string, sink: Sink): void => {
  if (given === undefined || given === null) return;
  if (rule.kind === 'object') walkObject(rule.fields, given, path, sink);
  else if (rule.kind === 'list') walkList(rule.item, given, path, sink);
  else if (rule.kind === 'noted') sink.notes.add(rule.note);
  else if (rule.kind === 'value' && !rule.accepts(given)) sink.refused.push(`${path} (only ${rule.only})`);
};

/** Walks a whole manifest; every field that no rule takes is found, not only the first. */
export const check = (rule: Rule, manifest: unknown): Findings => {
  const sink: Sink = { refused: [], notes: new Set() };
  walk(rule, manifest, '', sink);
  return { refused: sink.refused, notes: [...sink.notes].sort() };
};

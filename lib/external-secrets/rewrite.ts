import type { PlanRewrite } from '../plan.ts';
import type { Fields } from '../stores/fields.ts';
import { sentenceList } from '../text.ts';
import type { Compile } from '../stores/regular-expressions.ts';
import { templateFault } from './template-fault.ts';

const readRegexp = (fields: Fields, compile: Compile): PlanRewrite => {
  const source = fields.text('source');
  const compiled = compile(source);
  if (!compiled.ok) fields.reject('source', compiled.error);
  return { kind: 'regexp', source, target: fields.text('target') };
};

const readTransform = (fields: Fields): PlanRewrite => {
  const template = fields.text('template');
  const fault = templateFault('transform', template, fields);
  if (fault !== undefined) fields.reject('template', fault);
  return { kind: 'transform', template };
};

const readMerge = (fields: Fields): PlanRewrite => {
  const strategy = fields.oneOf('strategy', ['Extract', 'JSON'], 'Extract');
  const into = fields.optionalString('into') ?? '';
  if (strategy === 'JSON' && into === '')
    fields.reject('into', 'is missing: with strategy JSON it names the key that all becomes');
  return {
    kind: 'merge',
    strategy,
    into,
    priority: [...fields.strings('priority')],
    priorityPolicy: fields.oneOf('priorityPolicy', ['Strict', 'IgnoreNotFound'], 'Strict'),
    conflictPolicy: fields.oneOf('conflictPolicy', ['Error', 'Ignore'], 'Error'),
  };
};

const readers = { regexp: readRegexp, transform: readTransform, merge: readMerge } as const;
const kinds = Object.keys(readers) as (keyof typeof readers)[];

const readOne = (fields: Fields, compile: Compile): PlanRewrite[] => {
  const found = kinds.flatMap((kind) => {
    const parts = fields.optionalObject(kind);
    return parts === undefined ? [] : [{ kind, parts }];
  });
  const [first, ...others] = found;
  for (const { kind } of others)
    fields.reject(kind, `stands beside ${first?.kind ?? ''}; write one step of rewrite for each`);
  if (first === undefined)
    fields.reject('regexp', `is missing; a step of rewrite is one of ${sentenceList(kinds, 'or')}`);
  fields.close();
  return found.map(({ kind, parts }) => {
    const step = readers[kind](parts, compile);
    parts.close();
    return step;
  });
};

/** Reads `rewrite`: steps that change the names of what was read, one after another. */
export const readRewrite = (fields: Fields, compile: Compile): readonly PlanRewrite[] =>
  fields.objects('rewrite').flatMap((step) => readOne(step, compile));

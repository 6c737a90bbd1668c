import type { RE2JS } from 're2js';
import {
  booleanValue,
  type ByteString,
  type CallContext,
  FunctionError,
  stringValue,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../value.ts';
import { integerArgument, stringArgument, stringListOrNil } from '../arguments.ts';
import { cost } from '../cost.ts';
import { compile } from './compile.ts';
import { expand, parseReplacement } from './expand.ts';
import { findAll, findFirst, replaceAll, type Search, searchOf, split } from './match.ts';

/** A search takes time by the size of text and expression; most expressions are of about this size. */
const usualSize = 16;

const spendSearch = (context: CallContext, expression: RE2JS, bytes: ByteString): void => {
  context.spend(Math.ceil((bytes.length * Math.max(usualSize, expression.programSize())) / usualSize));
};

/** An expression can take long by itself (`(a{1,30}){1,30}`): that counts as its search does. */
const compilePaid = (expression: ByteString, context: CallContext): ReturnType<typeof compile> => {
  context.spend(expression.length * usualSize);
  const start = performance.now();
  const compiled = compile(expression);
  context.spend(cost.milliseconds(performance.now() - start));
  return compiled;
};

const mustCompile = (expression: ByteString, context: CallContext): RE2JS => {
  const compiled = compilePaid(expression, context);
  if (!compiled.ok) throw new FunctionError(compiled.error);
  return compiled.value;
};

/** sprig has each function twice; the one without `must` panics, which a template cannot tell from an error. */
const both = (
  name: string,
  parameters: readonly TypeName[],
  use: (search: Search, last: Value | undefined) => Value,
): TemplateFunction[] =>
  [name, `must${name.charAt(0).toUpperCase()}${name.slice(1)}`].map((each) => ({
    name: each,
    parameters,
    call: ([expression, text, last], context) => {
      const compiled = mustCompile(stringArgument(expression), context);
      const bytes = stringArgument(text);
      spendSearch(context, compiled, bytes);
      if (last?.kind === 'string') context.spend(last.value.length * usualSize);
      return use(searchOf(compiled, bytes, context), last);
    },
  }));

const isMatch = (search: Search): Value => booleanValue(findFirst(search) !== undefined);

const limitArgument = (value: Value | undefined): number => Number(integerArgument(value));

const replaceExpanded = (search: Search, replacement: ByteString): ByteString => {
  const { expression, bytes } = search;
  const parts = parseReplacement(replacement);
  const names = new Map(Object.entries(expression.namedGroups()));
  return replaceAll(search, (match) => expand(parts, match, { bytes, names }));
};

const [, mustRegexMatch] = both('regexMatch', ['string', 'string'], isMatch);

const regexMatch: TemplateFunction = {
  name: 'regexMatch',
  parameters: ['string', 'string'],
  call: ([expression, text], context) => {
    const compiled = compilePaid(stringArgument(expression), context);
    // Without `must` an expression that cannot be read matches nothing.
    if (!compiled.ok) return booleanValue(false);
    spendSearch(context, compiled.value, stringArgument(text));
    return isMatch(searchOf(compiled.value, stringArgument(text), context));
  },
};

const regexQuoteMeta: TemplateFunction = {
  name: 'regexQuoteMeta',
  parameters: ['string'],
  call: ([text], context) => {
    context.spend(stringArgument(text).length * usualSize);
    return stringValue(stringArgument(text).replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&'));
  },
};

export const functions: readonly TemplateFunction[] = [
  regexMatch,
  ...(mustRegexMatch === undefined ? [] : [mustRegexMatch]),
  ...both('regexFind', ['string', 'string'], (search) => {
    const [start, end] = findFirst(search)?.[0] ?? [0, 0];
    return stringValue(search.bytes.slice(start, end));
  }),
  ...both('regexFindAll', ['string', 'string', 'int'], (search, limit) => {
    const matches = findAll(search, limitArgument(limit));
    return stringListOrNil(matches.map(([all]) => search.bytes.slice(all?.[0], all?.[1])));
  }),
  ...both('regexReplaceAll', ['string', 'string', 'string'], (search, replacement) =>
    stringValue(replaceExpanded(search, stringArgument(replacement))),
  ),
  ...both('regexReplaceAllLiteral', ['string', 'string', 'string'], (search, replacement) =>
    stringValue(replaceAll(search, () => stringArgument(replacement))),
  ),
  ...both('regexSplit', ['string', 'string', 'int'], (search, limit) =>
    stringListOrNil(split(search, limitArgument(limit))),
  ),
  regexQuoteMeta,
];

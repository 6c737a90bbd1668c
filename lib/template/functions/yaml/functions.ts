import { toByteString } from '../../utf8.ts';
import {
  type ByteString,
  type CallContext,
  mapValue,
  nil,
  stringValue,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { emitYaml } from './emit.ts';
import { toYamlNode } from './from-value.ts';
import { parseYaml } from './to-value.ts';

/** Nothing for what has no YAML, and without the line break at the end. */
const write = (value: Value, context: CallContext): ByteString => {
  const node = toYamlNode(value, context);
  if (!node.ok) return '';
  const text = toByteString(emitYaml(node.value));
  context.spend(text.length);
  return text.replace(/\n$/, '');
};

const jsonKinds = new Map([
  ['boolean', 'bool'],
  ['string', 'string'],
  ['float', 'number'],
  ['list', 'array'],
]);

const withError = (message: string): Value => mapValue([['Error', stringValue(message)]]);

/** A map; for every other document and for what is no YAML one with the key `Error`. */
const read = (bytes: ByteString, context: CallContext): Value => {
  const parsed = parseYaml(bytes, context);
  if (!parsed.ok) return withError(`error converting YAML to JSON: ${parsed.error}`);
  const { value } = parsed;
  if (value.kind === 'nil') return mapValue([]);
  if (value.kind === 'map') return value;
  return withError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKinds.get(value.kind) ?? ''} into Go value of type map[string]interface {}`,
  );
};

export const functions: readonly TemplateFunction[] = [
  {
    name: 'toYaml',
    parameters: ['interface {}'],
    call: ([value = nil], context) => stringValue(write(value, context)),
  },
  {
    name: 'fromYaml',
    parameters: ['string'],
    call: ([text], context) => read(stringArgument(text), context),
  },
];

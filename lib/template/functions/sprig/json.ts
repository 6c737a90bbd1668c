import {
  nil,
  stringValue,
  type ByteString,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { anyType, define } from './define.ts';
import { decodeJson } from './json-decode.ts';
import { JsonError } from './json-error.ts';
import { encodeJson, type JsonStyle } from './json-encode.ts';

const compact: JsonStyle = { escapeHtml: true, pretty: false };
const pretty: JsonStyle = { escapeHtml: true, pretty: true };
const raw: JsonStyle = { escapeHtml: false, pretty: false };

/** What `compute` gives, or `otherwise` where it fails. */
const orElse = <T>(otherwise: T, compute: () => T): T => {
  try {
    return compute();
  } catch (error) {
    if (error instanceof JsonError) return otherwise;
    throw error;
  }
};

const mustEncode = (name: string, style: JsonStyle): TemplateFunction =>
  define(name, [anyType], ([value = nil], context) => stringValue(encodeJson(value, style, context)));

/** Gives "" for what JSON cannot hold. */
const encodeOrNothing = (name: string, style: JsonStyle): TemplateFunction =>
  define(name, [anyType], ([value = nil], context) =>
    stringValue(orElse<ByteString>('', () => encodeJson(value, style, context))),
  );

const mustDecode = (text: ByteString, context: CallContext): Value => {
  const { value, problem } = decodeJson(text, context);
  if (problem !== undefined) throw new JsonError(problem);
  return value;
};

/** Functions of JSON. */
export const jsonFunctions: readonly TemplateFunction[] = [
  encodeOrNothing('toJson', compact),
  encodeOrNothing('toPrettyJson', pretty),
  mustEncode('toRawJson', raw),
  mustEncode('mustToJson', compact),
  mustEncode('mustToPrettyJson', pretty),
  mustEncode('mustToRawJson', raw),
  define('fromJson', ['string'], ([text], context) =>
    orElse<Value>(nil, () => decodeJson(stringArgument(text), context).value),
  ),
  define('mustFromJson', ['string'], ([text], context) => mustDecode(stringArgument(text), context)),
];

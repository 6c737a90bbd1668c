import { quote } from '../quote.ts';
import type { MapValue, ObjectValue, TemplateFunction } from '../value.ts';
import { operandType, placed, unboxed, type Operand } from './operand.ts';

/** A method, which has to be called. */
export interface FoundMethod {
  readonly kind: 'method';
  readonly method: TemplateFunction;
}

type Found = Operand | FoundMethod | string;

const entryOf = (map: MapValue, name: string, hasArguments: boolean): Found => {
  if (hasArguments) return `${name} is not a method but has arguments`;
  const entry = map.entries.get(name);
  return entry === undefined ? `map has no entry for key ${quote(name)}` : placed(entry, map.element);
};

const memberOf = (object: ObjectValue, name: string, hasArguments: boolean): Found | undefined => {
  const method = object.methods.get(name);
  if (method !== undefined) return { kind: 'method', method };
  const field = object.fields.get(name);
  if (field === undefined) return undefined;
  return hasArguments ? `${name} has arguments but cannot be invoked as function` : field;
};

/** A field, an entry or a method of a value; a text says what is wrong, in Go's words. */
export const fieldOf = (receiver: Operand, name: string, hasArguments: boolean): Found => {
  if (receiver.kind === 'nil') return `nil data; no entry for key ${quote(name)}`;
  const type = operandType(receiver);
  const value = unboxed(receiver);
  if (value.kind === 'nil') return `nil pointer evaluating ${type}.${name}`;
  if (value.kind === 'map') return entryOf(value, name, hasArguments);
  const member = value.kind === 'object' ? memberOf(value, name, hasArguments) : undefined;
  return member ?? `can't evaluate field ${name} in type ${type}`;
};

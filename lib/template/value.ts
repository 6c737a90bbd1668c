/**
 * What templates compute with: the values of Go that can reach a template, with the names that Go gives their types, since templates
 * can see those (`typeOf`, `kindOf`, `printf "%T"`, error messages).
 */

/**
 * A Go string: one character for each byte (0 to 255, as Node's "latin1"). Lengths, indexes, slices and the order of strings are Go's
 * then, and a secret that is no UTF-8 goes through unharmed. What has to know runes decodes them (`utf8.ts`).
 */
export type ByteString = string;

export type IntegerType =
  'int' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint' | 'uint8' | 'uint16' | 'uint32' | 'uint64';

/** Go's own spelling: `string`, `interface {}`, `[]string`, `map[string]interface {}`, `time.Time`. */
export type TypeName = string;

export interface NilValue {
  readonly kind: 'nil';
}

export interface BooleanValue {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface StringValue {
  readonly kind: 'string';
  readonly value: ByteString;
}

export interface IntegerValue {
  readonly kind: 'integer';
  readonly type: IntegerType;
  readonly value: bigint;
}

export interface FloatValue {
  readonly kind: 'float';
  readonly type: 'float32' | 'float64';
  readonly value: number;
}

export interface ComplexValue {
  readonly kind: 'complex';
  readonly real: number;
  readonly imaginary: number;
}

/** `[]byte`. */
export interface BytesValue {
  readonly kind: 'bytes';
  readonly value: ByteString;
}

/** A slice. */
export interface ListValue {
  readonly kind: 'list';
  /** Type of the elements; `interface {}` for what sprig's `list` makes. */
  readonly element: TypeName;
  readonly items: readonly Value[];
  /** A nil slice: as an empty one, but it is JSON's `null`, and not `deepEqual` to an empty one. */
  readonly isNil?: true;
}

/** A map with strings for keys. sprig's `set` and `unset` change it in place, as they do in Go. */
export interface MapValue {
  readonly kind: 'map';
  readonly element: TypeName;
  readonly entries: Map<ByteString, Value>;
}

/** A struct, or a pointer to one: `time.Time`, `*semver.Version`. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly type: TypeName;
  readonly fields: ReadonlyMap<string, Value>;
  readonly methods: ReadonlyMap<string, TemplateFunction>;
  /** What Go's `print` makes of it: by its `String` or `Error` method, else by its fields. */
  readonly text: () => ByteString;
  /** What the value is to the functions that made it; templates cannot see it. */
  readonly inner?: unknown;
}

/** A function as a value, for `call`. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly function: TemplateFunction;
}

export type Value =
  | NilValue
  | BooleanValue
  | StringValue
  | IntegerValue
  | FloatValue
  | ComplexValue
  | BytesValue
  | ListValue
  | MapValue
  | ObjectValue
  | FunctionValue;

/** What a function may use beside its arguments. */
export interface CallContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
  /** Counts work (steps, or bytes made) against the template's bounds; throws where they are reached. Call it before making what may be large. */
  readonly spend: (amount: number) => void;
}

/** A function that templates can call. */
export interface TemplateFunction {
  readonly name: string;
  /**
   * Types of the parameters as Go spells them; the last may be variadic (`...string`). The evaluator counts, checks and converts arguments as
   * Go's does, so that `call` gets values of just these types (`interface {}`: any).
   */
  readonly parameters: readonly TypeName[];
  /** Throws `FunctionError` where Go's function returns an error or panics. */
  readonly call: (values: readonly Value[], context: CallContext) => Value;
  /** Whether another call with the same arguments may give another result (`now`, `randAlphaNum`, `genCA`). */
  readonly unstable?: true;
}

/**
 * Why a function failed; the evaluator says which (`error calling index: …`). The message never holds a secret value: where Go's own
 * would, it names what kind of value was wrong instead.
 */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

export const nil: NilValue = { kind: 'nil' };
export const stringValue = (value: ByteString): StringValue => ({ kind: 'string', value });
export const booleanValue = (value: boolean): BooleanValue => ({ kind: 'boolean', value });
export const integerValue = (value: bigint, type: IntegerType = 'int'): IntegerValue => ({
  kind: 'integer',
  type,
  value,
});
export const floatValue = (value: number): FloatValue => ({ kind: 'float', type: 'float64', value });
export const listValue = (items: readonly Value[], element: TypeName = 'interface {}'): ListValue => ({
  kind: 'list',
  element,
  items,
});
export const mapValue = (
  entries: Iterable<readonly [ByteString, Value]>,
  element: TypeName = 'interface {}',
): MapValue => ({ kind: 'map', element, entries: new Map(entries) });

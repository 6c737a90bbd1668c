import { FunctionError } from '../../value.ts';

/** Why a text is no JSON, or a value has none: `toJson` and `fromJson` give "" and nil then. Bounds that are reached are no such error. */
export class JsonError extends FunctionError {}

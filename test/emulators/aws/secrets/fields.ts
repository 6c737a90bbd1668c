import { Constraints } from '../wire/constraints.ts';
import { refuse, refuseAtTheDoor } from '../wire/answer.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Outcome } from '../wire/answer.ts';
import type { Rules } from '../wire/constraints.ts';

export const secretIdRules: Rules = { shortest: 1, longest: 2048 };
export const tokenRules: Rules = { shortest: 32, longest: 64 };
export const stageRules: Rules = { shortest: 1, longest: 256 };

export const invalidParameter = (message: string): Outcome<never> =>
  refuse(400, 'InvalidParameterException', message);
export const invalidRequest = (message: string): Outcome<never> =>
  refuse(400, 'InvalidRequestException', message);
export const notFound = (what = 'secret'): Outcome<never> =>
  refuse(400, 'ResourceNotFoundException', `Secrets Manager can't find the specified ${what}`);
export const noSuchSecret = (): Outcome<never> => notFound('secret.');

/** Reads a request's fields; what is of the wrong type or against a constraint is kept for `problem`. */
export class SecretFields {
  readonly #body: JsonObject;
  readonly #constraints = new Constraints();
  #wrongType: string | undefined;

  constructor(body: JsonObject) {
    this.#body = body;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#body, name) && this.#body[name] !== null;
  }

  text(name: string, rules: Rules = {}): string | undefined {
    return this.#read(name, 'string', rules) as string | undefined;
  }

  /** A text that has to be there; empty where it is not. */
  required(name: string, rules: Rules): string {
    return this.text(name, { ...rules, required: true }) ?? '';
  }

  number(name: string, rules: Rules = {}): number | undefined {
    return this.#read(name, 'number', rules) as number | undefined;
  }

  flag(name: string): boolean {
    return this.#read(name, 'boolean', {}) === true;
  }

  /** A list of texts; undefined where there is none. */
  texts(name: string, most: number): string[] | undefined {
    const list = this.list(name);
    if (list === undefined) return undefined;
    this.checkLength(camel(name), list, { longest: most });
    if (list.some((item) => typeof item !== 'string')) this.#wrongType ??= 'STRING_VALUE';
    return list.map(String);
  }

  list(name: string): unknown[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#body[name];
    if (Array.isArray(value)) return value as unknown[];
    this.#wrongType ??= 'START_ARRAY';
    return undefined;
  }

  /** Judges a value that is further inside of the request; `name` is where. */
  check(name: string, value: string, rules: Rules): void {
    this.#constraints.check(name, value, rules);
  }

  /** Judges how many items a list has. */
  checkLength(name: string, list: readonly unknown[], rules: Rules): void {
    this.#constraints.checkLength(name, list, rules);
  }

  /** The refusal of what was read so far; undefined where all of it is fine. */
  get problem(): Outcome<never> | undefined {
    if (this.#wrongType !== undefined)
      return refuseAtTheDoor(400, 'SerializationException', `${this.#wrongType} can not be converted`);
    const { message } = this.#constraints;
    return message === undefined ? undefined : refuseAtTheDoor(400, 'ValidationException', message);
  }

  #read(name: string, type: 'string' | 'number' | 'boolean', rules: Rules): unknown {
    const value = this.has(name) ? this.#body[name] : undefined;
    if (value !== undefined && typeof value !== type) {
      this.#wrongType ??= `${typeof value === 'number' ? 'NUMBER' : typeof value === 'boolean' ? 'TRUE' : 'STRING'}_VALUE`;
      return undefined;
    }
    this.#constraints.check(camel(name), value as string | number | undefined, rules);
    return value;
  }
}

const camel = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1);

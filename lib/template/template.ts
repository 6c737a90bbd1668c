import { err, ok, type Result } from '../result.ts';
import { builtinsByName } from './exec/builtins.ts';
import { executeTemplate } from './exec/executor.ts';
import { ExecutionFailure } from './exec/failure.ts';
import { Run } from './exec/run.ts';
import { defaultLimits, type TemplateLimits } from './limits.ts';
import { functionCalls, type FunctionCall } from './parse/calls.ts';
import { Lexer } from './parse/lexer.ts';
import type { ListNode } from './parse/node.ts';
import { parseSource } from './parse/parser.ts';
import { ParseFailure } from './parse/token-reader.ts';
import { fromByteString, toByteString } from './utf8.ts';
import type { ByteString, TemplateFunction, Value } from './value.ts';

export type { FunctionCall } from './parse/calls.ts';

/** A parsed template: can be executed any number of times. */
export interface Template {
  readonly name: string;
  /** Functions that the template calls, those of the language among them; sorted. */
  readonly functionNames: readonly string[];
  /** The calls of one function, in the order of the source. */
  readonly calls: (functionName: string) => readonly FunctionCall[];
  /** What is executed. */
  readonly program: Program;
}

/** What `executeTemplate` needs of a template. */
export interface Program {
  readonly name: ByteString;
  readonly source: ByteString;
  readonly templates: ReadonlyMap<ByteString, ListNode>;
}

/** Names of the functions that belong to the language. */
export const builtinNames: readonly string[] = [...builtinsByName.keys()];

const allNames = (functions: Iterable<string>): ReadonlySet<string> =>
  new Set([...functions, ...builtinNames]);

const programOf = (
  name: ByteString,
  source: ByteString,
  functions: ReadonlySet<string>,
  limits: TemplateLimits,
): Result<Program, string> => {
  const templates = new Map<ByteString, ListNode>();
  try {
    parseSource({ name, lexer: new Lexer(source), functions, limits, templates, blocks: 0 });
    return ok({ name, source, templates });
  } catch (error) {
    if (error instanceof ParseFailure) return err(fromByteString(error.message));
    throw error;
  }
};

/**
 * Parses a template of Go's text/template. `functions` are the names of what it may call beside the functions of the language.
 * The error is Go's own: `template: NAME:LINE: …`.
 */
export const parseTemplate = (
  name: string,
  text: string,
  functions: ReadonlySet<string> | ReadonlyMap<string, unknown>,
  limits: TemplateLimits = defaultLimits,
): Result<Template, string> => {
  const source = toByteString(text);
  if (source.length > limits.sourceBytes) {
    return err(`template: ${name}: is larger than ${limits.sourceBytes} bytes`);
  }
  const program = programOf(toByteString(name), source, allNames(functions.keys()), limits);
  if (!program.ok) return program;
  const calls = functionCalls(program.value.source, program.value.templates.values());
  const functionNames = [...new Set(calls.map((call) => call.name))].sort();
  return ok({
    name,
    functionNames,
    calls: (functionName) => calls.filter((call) => call.name === functionName),
    program: program.value,
  });
};

export interface ExecuteOptions {
  /** The functions that the template calls; those of the language are there anyway. */
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly limits?: TemplateLimits;
}

/**
 * Executes a template with a value for its dot. The error is Go's own, without values of the data:
 * `template: NAME:LINE:COLUMN: executing "NAME" at <SOURCE>: …`.
 */
export const execute = (
  template: Template,
  dot: Value,
  { functions, now, randomBytes, limits = defaultLimits }: ExecuteOptions,
): Result<ByteString, string> => {
  const { name, source, templates } = template.program;
  const run = new Run({ sourceName: name, source, templates, functions, limits, now, randomBytes });
  try {
    executeTemplate(run, name, dot);
    return ok(run.output);
  } catch (error) {
    if (error instanceof ExecutionFailure) return err(fromByteString(error.message));
    throw error;
  }
};

import { err, ok, type Result } from '../../result.ts';
import { parseChecked } from '../../template/checked.ts';
import { functionNames, loadFunctions, unstableFunctions } from '../../template/functions/table.ts';
import { defaultLimits } from '../../template/limits.ts';
import { execute, type Template } from '../../template/template.ts';
import { fromByteString, toByteString } from '../../template/utf8.ts';
import {
  FunctionError,
  mapValue,
  stringValue,
  type CallContext,
  type TemplateFunction,
} from '../../template/value.ts';
import type { NamedTemplate, RenderTools, Values } from './types.ts';

export interface TemplateKitOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

const regexpReplacement = 'regexReplaceAll';

type ReadTextMap = (yaml: Buffer, context: CallContext) => Result<Values, string>;

type Spend = CallContext['spend'];

/** Counts down the bounds of one template. */
const spending = (): Spend => {
  let left = defaultLimits.workBytes;
  return (amount) => {
    left -= amount;
    if (left < 0) throw new FunctionError(`functions make more than ${defaultLimits.workBytes} bytes`);
  };
};

/** Bytes of its values as the strings of a template. */
const asDot = (values: Values): ReturnType<typeof mapValue> =>
  mapValue(
    [...values].map(([name, bytes]) => [toByteString(name), stringValue(bytes.toString('latin1'))] as const),
    'string',
  );

/**
 * The language of templates with what it needs to be executed: functions are loaded where a template calls them, and what reads YAML or
 * replaces by expressions where it is asked for. Loading comes first, so that rendering itself waits for nothing.
 */
export class TemplateKit {
  readonly #options: TemplateKitOptions;
  readonly #functions = new Map<string, TemplateFunction>();
  readonly #parsed = new Map<string, Result<Template, string>>();
  #readTextMap: ReadTextMap | undefined;

  constructor(options: TemplateKitOptions) {
    this.#options = options;
  }

  /**
   * Parses a template and loads what it calls. `further` are names of functions that it is given when it is executed. Returns what is
   * wrong with it, in Go's words.
   */
  async add(template: NamedTemplate, further: readonly string[] = []): Promise<string | undefined> {
    const parsed = this.#parse(template, further);
    if (!parsed.ok) return parsed.error;
    await this.#load(parsed.value.functionNames);
    return undefined;
  }

  /** Has to have been called before `replaceAll`. */
  async addExpressions(): Promise<void> {
    await this.#load([regexpReplacement]);
  }

  /** Has to have been called before `readTexts`. */
  async addTextMaps(): Promise<void> {
    const { readTextMap } = await import('./text-map.ts');
    this.#readTextMap = readTextMap;
  }

  /** Whether a template may give another result each time. */
  isUnstable(template: NamedTemplate, further: readonly string[] = []): boolean {
    const parsed = this.#parse(template, further);
    return parsed.ok && parsed.value.functionNames.some((name) => unstableFunctions.has(name));
  }

  execute(
    template: NamedTemplate,
    values: Values,
    further: readonly TemplateFunction[] = [],
  ): Result<Buffer, string> {
    const parsed = this.#parse(
      template,
      further.map(({ name }) => name),
    );
    if (!parsed.ok) return parsed;
    const functions = new Map([...this.#functions, ...further.map((entry) => [entry.name, entry] as const)]);
    const made = execute(parsed.value, asDot(values), { functions, ...this.#options });
    return made.ok ? ok(Buffer.from(made.value, 'latin1')) : made;
  }

  #replaceAll([expression, replacement, text]: readonly string[], spend: Spend): Result<string, string> {
    const replace = this.#functions.get(regexpReplacement);
    if (replace === undefined) throw new TypeError('expressions were not asked for');
    return this.#guarded(spend, (context) => {
      const bytes = [expression, text, replacement].map((part = '') => stringValue(toByteString(part)));
      const replaced = replace.call(bytes, context);
      return ok(replaced.kind === 'string' ? fromByteString(replaced.value) : '');
    });
  }

  #readTexts(yaml: Buffer, spend: Spend): Result<Values, string> {
    const read = this.#readTextMap;
    if (read === undefined) throw new TypeError('maps of texts were not asked for');
    return this.#guarded(spend, (context) => read(yaml, context));
  }

  /**
   * Everything by its names, to make one file (or folder) with: the names of a secret's fields, of which there may be thousands, share
   * the bounds of one template.
   */
  get tools(): RenderTools {
    const spend = spending();
    return {
      execute: (template, values) => this.execute(template, values),
      replaceAll: (expression, replacement, text) => this.#replaceAll([expression, replacement, text], spend),
      readTexts: (yaml) => this.#readTexts(yaml, spend),
    };
  }

  #parse(template: NamedTemplate, further: readonly string[]): Result<Template, string> {
    const id = JSON.stringify([template.name, template.text, further]);
    const known = this.#parsed.get(id);
    if (known !== undefined) return known;
    const parsed = parseChecked(template.name, template.text, further);
    this.#parsed.set(id, parsed);
    return parsed;
  }

  async #load(names: readonly string[]): Promise<void> {
    const missing = names.filter((name) => functionNames.has(name) && !this.#functions.has(name));
    if (missing.length === 0) return;
    for (const [name, loaded] of await loadFunctions(missing)) this.#functions.set(name, loaded);
  }

  #guarded<T>(spend: Spend, use: (context: CallContext) => Result<T, string>): Result<T, string> {
    try {
      return use({ ...this.#options, spend });
    } catch (error) {
      if (error instanceof FunctionError) return err(error.message);
      throw error;
    }
  }
}

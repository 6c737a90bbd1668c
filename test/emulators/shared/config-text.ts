import { parse } from 'yaml';
import { err, ok } from '../../../lib/result.ts';
import type { Result } from '../../../lib/result.ts';

/** Reads the text of a configuration, YAML or JSON; an empty one is an empty object. */
export function parseConfigText(text: string): Result<unknown, string> {
  try {
    return ok(parse(text) ?? {});
  } catch (error) {
    return err(`config is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';

/** Whether a name fits. */
export type NameMatcher = (name: string) => boolean;

const everyName: NameMatcher = () => true;

/**
 * The expression of a find: RE2's, as Go has it, so that no name and no expression takes long. It is found anywhere in the name, unless
 * it has anchors. The engine is loaded where a find has an expression alone. One that cannot be read is `invalid`.
 */
export const loadNameMatcher = async (
  expression: string | undefined,
): Promise<Result<NameMatcher, ProviderError>> => {
  if (expression === undefined) return ok(everyName);
  const { compileText } = await import('./compile-text.ts');
  const compiled = compileText(expression);
  return compiled.ok
    ? ok((name) => compiled.value.test(name))
    : err(providerError('invalid', `find.name ${quoted(expression)} is of no use: ${compiled.error}`));
};

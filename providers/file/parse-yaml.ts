import { parseDocument, visit, type Document } from 'yaml';
import { parseJsonKeepingNumbers } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Numbers keep the text that they have in the file (`1.10`, 20 digits), as they do in a JSON file. */
const keepNumbers = (document: Document): void => {
  visit(document, {
    Scalar(place, node) {
      const isNumber = typeof node.value === 'number' && place !== 'key';
      if (isNumber && jsonNumber.test(node.source ?? ''))
        node.value = parseJsonKeepingNumbers(node.source ?? '');
    },
  });
};

/** Parses one YAML document. YAML's own messages quote the text, so only the line is told. */
export const parseYaml = (text: string): Result<unknown, ProviderError> => {
  const document = parseDocument(text, { logLevel: 'silent' });
  const problem = document.errors[0];
  if (problem !== undefined)
    return err(
      providerError('invalid', `the file is not valid YAML (line ${problem.linePos?.[0].line ?? 0})`),
    );
  keepNumbers(document);
  try {
    return ok(document.toJS());
  } catch {
    return err(providerError('invalid', 'the file is not valid YAML (aliases)'));
  }
};

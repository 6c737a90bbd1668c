import { FunctionError } from '../../value.ts';

/** Puts what was being done before the message of a `FunctionError`. */
export const wrapErrors = <T>(doing: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw new FunctionError(`${doing}: ${error.message}`, { cause: error });
  }
};

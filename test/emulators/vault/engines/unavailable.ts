import { unsupportedPath } from '../answer.ts';
import type { Backend } from '../backend.ts';

/** Stands behind the mounts that every Vault has and nobody here uses (`cubbyhole/`, `identity/`): seen, but without paths. */
export const unavailable: Backend = { handle: () => unsupportedPath };

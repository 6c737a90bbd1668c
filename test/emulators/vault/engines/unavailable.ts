import { unsupportedPath } from '../answer.ts';
import type { Backend } from '../backend.ts';

/** Stands behind mounts that are there to be seen (`cubbyhole/`, `identity/`, `transit/`): they have no paths. */
export const unavailable: Backend = { handle: () => unsupportedPath };

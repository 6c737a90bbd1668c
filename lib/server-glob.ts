import { matchesGlob } from './glob.ts';
import { withoutTrailingSlashes } from './text.ts';

/** Whether a server (a base URL without a trailing slash) fits a glob. A `*` stays within one part of the URL, so that no path can pass for a host. */
export const matchesServer = (glob: string, server: string): boolean => {
  const parts = server.split('/');
  const globs = withoutTrailingSlashes(glob).split('/');
  return parts.length === globs.length && parts.every((part, index) => matchesGlob(globs[index] ?? '', part));
};

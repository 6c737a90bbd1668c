import { err, ok, type Result } from '../result.ts';
import { quoted } from '../text.ts';

/** Where pods find the broker: an https origin, without a trailing slash. The error is to be read after the name of the flag. */
export const readBrokerServer = (text: string): Result<string, string> => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && (url.href === url.origin || url.href === `${url.origin}/`);
  return url?.protocol === 'https:' && isOrigin
    ? ok(url.origin)
    : err(
        `is ${quoted(text)}; give an https URL without a path, like https://keyferry-broker.keyferry-system.svc:8444`,
      );
};

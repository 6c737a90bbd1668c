import { parseDuration } from '../../lib/duration.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { parsePrices } from '../core/price.ts';
import { defaultAssumptions } from '../core/rounds.ts';
import type { OptionName } from '../options.ts';
import { many, one, type Words } from '../words.ts';
import type { CountingArguments } from './arguments.ts';

/** Whole seconds, at least one; the default where the option is not there. */
const secondsOf = (words: Words, name: OptionName, otherwise: number): Result<number, string> => {
  const text = one(words, name);
  if (text === undefined) return ok(otherwise);
  const milliseconds = parseDuration(text);
  return milliseconds !== undefined && milliseconds >= 1000
    ? ok(Math.floor(milliseconds / 1000))
    : err(`--${name} is ${quoted(text)}; it takes a duration of at least 1s, such as 20m or 1h30m`);
};

const replicasOf = (words: Words): Result<number | undefined, string> => {
  const text = one(words, 'replicas');
  if (text === undefined) return ok(undefined);
  return /^\d{1,7}$/u.test(text)
    ? ok(Number(text))
    : err(`--replicas is ${quoted(text)}; it takes a whole number, such as 500`);
};

/** Prices, numbers of pods and lives that the command line gives to count with. */
export const countingOf = (words: Words): Result<CountingArguments, readonly string[]> => {
  const prices = parsePrices(many(words, 'price'));
  const replicas = replicasOf(words);
  const token = secondsOf(words, 'vault-token-ttl', defaultAssumptions.vaultTokenSeconds);
  const lease = secondsOf(words, 'vault-lease-ttl', defaultAssumptions.vaultLeaseSeconds);
  if (prices.ok && replicas.ok && token.ok && lease.ok) {
    const assumptions = { vaultTokenSeconds: token.value, vaultLeaseSeconds: lease.value };
    return ok({ prices: prices.value, replicas: replicas.value, assumptions });
  }
  return err([
    ...(prices.ok ? [] : prices.error.map((problem) => `--price ${problem}`)),
    ...[replicas, token, lease].flatMap((part) => (part.ok ? [] : [part.error])),
  ]);
};

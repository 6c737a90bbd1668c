import { err, ok, type Result } from '../../lib/result.ts';
import { didYouMean, quoted, sentenceList } from '../../lib/text.ts';

/** Providers whose calls somebody may charge for; reading files costs nothing. */
export const pricedProviders = ['aws', 'vault'] as const;
export type PricedProvider = (typeof pricedProviders)[number];

/** What a number of a provider's calls costs. Nothing is built in: prices change, and differ by contract. */
export interface Price {
  readonly provider: PricedProvider;
  readonly amount: number;
  /** Calls that `amount` pays for. */
  readonly calls: number;
  /** As it was written; at most one of the two is not empty. */
  readonly currency: { readonly before: string; readonly after: string };
}

/** Whether somebody may charge for a provider's calls. */
export const isPriced = (name: string): name is PricedProvider =>
  (pricedProviders as readonly string[]).includes(name);

const multiples: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1_000],
  ['M', 1_000_000],
]);

const form = 'PROVIDER=AMOUNT/CALLS, such as aws=$0.05/10000';
/** A currency is letters (`USD`) or a sign (`$`). */
const amountForm = /^([\p{L}\p{Sc}]{0,8}) ?(\d{1,12}(?:\.\d{1,12})?) ?([\p{L}\p{Sc}]{0,8})$/u;

interface Parts {
  readonly provider: string;
  readonly amount: string;
  readonly before: string;
  readonly after: string;
  readonly calls: number;
}

const group = (match: RegExpExecArray, index: number): string => match[index] ?? '';

const split = (text: string): Parts | undefined => {
  const whole = /^([^=]*)=([^=/]*)\/(\d{1,12})([kM]?)$/u.exec(text);
  const amount = amountForm.exec(whole?.[2] ?? '');
  if (whole === null || amount === null) return undefined;
  return {
    provider: group(whole, 1),
    before: group(amount, 1),
    amount: group(amount, 2),
    after: group(amount, 3),
    calls: Number(group(whole, 3)) * (multiples.get(group(whole, 4)) ?? 1),
  };
};

/** Reads `<provider>=<amount>/<calls>`; the currency stands before or behind the amount, `k` and `M` behind the calls. */
export const parsePrice = (text: string): Result<Price, string> => {
  const parts = split(text);
  if (parts === undefined) return err(`is ${quoted(text)}; it takes ${form}`);
  const { provider, amount, before, after, calls } = parts;
  if (!isPriced(provider)) {
    const hint = didYouMean(provider, pricedProviders) || `; prices are for ${sentenceList(pricedProviders)}`;
    return err(`has no provider ${quoted(provider)}${hint}`);
  }
  if (before !== '' && after !== '') return err(`is ${quoted(text)}, which names two currencies`);
  if (calls === 0) return err(`is ${quoted(text)}; a price is for at least one call`);
  return ok({ provider, amount: Number(amount), calls, currency: { before, after } });
};

/** Reads all prices; two for one provider cannot both be meant. */
export const parsePrices = (texts: readonly string[]): Result<readonly Price[], readonly string[]> => {
  const prices = new Map<string, Price>();
  const problems: string[] = [];
  for (const text of texts) {
    const price = parsePrice(text);
    if (!price.ok) problems.push(price.error);
    else if (prices.has(price.value.provider)) problems.push(`gives two prices for ${price.value.provider}`);
    else prices.set(price.value.provider, price.value);
  }
  return problems.length === 0 ? ok([...prices.values()]) : err(problems);
};

/** What so many calls cost, in the price's currency; not rounded. */
export const costOf = (price: Price, calls: number): number => (price.amount * calls) / price.calls;

/** `1234567` as `1,234,567`, whatever the machine's language. */
export const grouped = (digits: number | string): string => {
  const [whole = '', fraction] = String(digits).split('.');
  const spaced = whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
};

const figures = (value: number): string => {
  if (value === 0 || value >= 0.01) return grouped(value.toFixed(2));
  return value < 1e-6 ? 'less than 0.000001' : value.toFixed(6).replace(/0+$/u, '');
};

/** An amount with the price's currency where that stood: `$36.00`, `36.00 EUR`. Less than a cent is written out. */
export const money = ({ currency }: Price, value: number): string => {
  const { before, after } = currency;
  const lead = /\p{L}$/u.test(before) ? `${before} ` : before;
  return `${lead}${figures(value)}${after === '' ? '' : ` ${after}`}`;
};

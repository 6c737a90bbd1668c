import { afterEach, expect, test } from '@jest/globals';
import { openUpstream } from '../../broker/upstream/open.ts';
import type { Upstream } from '../../broker/upstream/upstream.ts';
import { silentLogger } from '../../lib/log.ts';
import { ok } from '../../lib/result.ts';
import { accessTo, isWiped, showNews } from '../support/broker/upstream.ts';
import { untilAdvancing } from '../support/until.ts';
import { startGame } from './vault-harness.ts';

const opened: Upstream[] = [];
afterEach(async () => {
  for (const upstream of opened.splice(0)) await upstream.close();
});

const subscribers = 1_000;

/** What is asked of Vault about the secret itself, whether for its data or its version alone. */
const about = (records: readonly string[]): readonly string[] =>
  records.filter((record) => /^(read|metadata|check)/.test(record));

test('a thousand subscribers cost a real Vault protocol one request an interval, and all of them see a rotation', async () => {
  const { vault, clock, open } = await startGame();
  const { provider, records } = await open();
  const upstream = openUpstream({
    open: () => Promise.resolve(ok(provider)),
    clock,
    random: () => 0,
    log: silentLogger,
    record: () => undefined,
  });
  opened.push(upstream);
  const heard = Array.from({ length: subscribers }, (): string[] => []);
  const buffers = new Set<Buffer>();
  const subscriptions = heard.map((own, pod) =>
    upstream.subscribe(
      accessTo('payments/db', { pod: `pod ${pod}`, namespace: `n${pod % 20}` }),
      60,
      (news) => {
        own.push(showNews(news));
        if (news.kind === 'same') buffers.add(news.document.bytes.reveal());
        else if (news.served.ok) buffers.add(news.served.value.bytes.reveal());
      },
    ),
  );
  const all = (count: number) => (): boolean => heard.every((own) => own.length >= count);
  await untilAdvancing(clock, all(1), { step: 10 });
  expect(about(records)).toHaveLength(1);
  for (const interval of [1, 2, 3]) {
    await clock.advance(59_000);
    await untilAdvancing(clock, all(1 + interval), { step: 100 });
    expect(about(records)).toHaveLength(1 + interval);
  }
  await vault.write('kv/payments/db', { user: 'app', password: 'rotated' });
  const before = about(records).length;
  await clock.advance(59_000);
  await untilAdvancing(clock, all(5), { step: 100 });
  // Where a check has said that it has changed, the read follows.
  expect(about(records).length - before).toBeLessThanOrEqual(2);
  const last = new Set(heard.map((own) => own.at(-1)));
  expect(last).toEqual(new Set(['{"user":"app","password":"rotated"}']));
  expect(new Set(heard.map((own) => own.length))).toEqual(new Set([5]));
  for (const subscription of subscriptions) subscription.close();
  await clock.advance(0);
  expect(isWiped([...buffers])).toBe(true);
  const quiet = records.length;
  await clock.advance(300_000);
  expect(records).toHaveLength(quiet);
});

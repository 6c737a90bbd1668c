import { expect, test } from '@jest/globals';
import { hour, leaseWorld, second } from '../support/agent/leases.ts';
import { minute } from '../support/agent/three-stores.ts';

type World = ReturnType<typeof leaseWorld>;
type Options = Parameters<typeof leaseWorld>[0];

/** What the log says of leases that were replaced. */
const replacements = async (
  options: Options,
  play: (world: World, agent: Awaited<ReturnType<World['run']>>) => Promise<void>,
) => {
  const world = leaseWorld(options);
  const agent = await world.run();
  await play(world, agent);
  return agent.lines.filter(({ text }) => text === 'a lease was replaced');
};

const replacedBecause = (reason: string) => [
  { level: 'info', text: 'a lease was replaced', fields: { store: 'vault', key: 'creds', reason } },
];

test.each<[string, Options, Parameters<typeof replacements>[1]]>([
  [
    'end of its longest life',
    { durationSeconds: 3_600, longestSeconds: 3 * 3_600 },
    async ({ clock }) => {
      await clock.advance(3 * hour);
    },
  ],
  [
    'not renewable',
    { durationSeconds: 3_600, renewable: false },
    async ({ clock }) => {
      await clock.advance((2 / 3) * hour);
    },
  ],
  [
    'renewal refused',
    { durationSeconds: 3_600 },
    async ({ clock, vault }) => {
      vault.end('creds/1');
      await clock.advance((2 / 3) * hour);
    },
  ],
  [
    'login changed',
    { durationSeconds: 3_600, keepAliveSeconds: 60 },
    async ({ clock, vault }) => {
      await clock.advance(30 * second);
      vault.endLogin('login-1');
      await clock.advance(minute);
    },
  ],
  [
    'asked for',
    { durationSeconds: 3_600 },
    async ({ clock }, { agent }) => {
      agent.refreshNow();
      await clock.advance(0);
    },
  ],
])('a lease that is replaced is logged with why: %s', async (reason, options, play) => {
  const lines = await replacements(options, play);
  expect(lines).toMatchObject(replacedBecause(reason));
  expect(JSON.stringify(lines)).not.toContain('creds/');
});

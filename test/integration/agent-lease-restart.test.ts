import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { interceptedFileSystem } from '../support/agent/failing-file-system.ts';
import { makePod } from '../support/agent/in-process.ts';
import { hour, leasedPlan, leaseWorld, second, shownCredential } from '../support/agent/leases.ts';
import { fileAt, planOf } from '../support/agent/plans.ts';
import { minute, unavailable } from '../support/agent/three-stores.ts';
import { until } from '../support/until.ts';
import { visibleFiles } from '../support/agent/volume.ts';

const stateIn = (root: string): string => join(root, 'keyferry/state/state.json');

interface State {
  readonly sessions: readonly unknown[];
  readonly sources: readonly { readonly key: string; readonly lease?: unknown }[];
}

const readState = (root: string): State => JSON.parse(readFileSync(stateIn(root), 'utf8')) as State;

/** A plan whose only file needs a field that the credential may lack. */
const roomPlan = planOf({
  ...leasedPlan,
  sources: leasedPlan.sources.slice(0, 1),
  files: [fileAt('room', { property: 'room' })],
});

describe('a start that fails again and again', () => {
  test('a hundred times, with another store down, makes one credential and renews it', async () => {
    const { clock, vault, plain, run } = leaseWorld({ durationSeconds: 600 });
    const root = makePod();
    plain.answers.set('plain/key', unavailable);
    for (let start = 0; start < 100; start += 1) {
      const agent = await run({ root });
      await clock.advance(20 * second);
      expect(agent.ended()).toMatchObject({ exitCode: 1, headline: 'Keyferry has no secrets after 20 s' });
      await agent.stop();
    }
    expect(vault.credentials).toHaveLength(1);
    expect(vault.living).toHaveLength(1);
    expect(vault.logins.size).toBe(1);
    expect(vault.count('renew')).toBeGreaterThan(3);
    expect(vault.count('revoke')).toBe(0);
    plain.answers.set('plain/key', 'k1');
    const agent = await run({ root });
    expect(visibleFiles(agent.folder)).toEqual({ key: 'k1', user: 'user-1' });
  });

  test('over a document that lacks a property makes one credential per interval, and says what it lacks', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3 * 3_600 });
    const root = makePod();
    for (let start = 0; start < 10; start += 1) {
      const agent = await run({ plan: roomPlan, root });
      expect(await agent.ending).toEqual({
        exitCode: 1,
        headline: 'Keyferry cannot fetch what this pod needs',
        lines: ['room (key "creds" of SecretStore/vault): not_found: the secret has no property "room"'],
      });
      await agent.stop();
      await clock.advance(5 * minute);
    }
    expect(vault.credentials).toHaveLength(1);
    vault.fields = { room: 'r' };
    await clock.advance(hour);
    const agent = await run({ plan: roomPlan, root });
    expect(visibleFiles(agent.folder)).toEqual({ room: 'r' });
    expect(vault.credentials).toHaveLength(2);
  });

  test('has the credential in the state file before anything is published', async () => {
    const root = makePod();
    const seen: State[] = [];
    const fileSystem = interceptedFileSystem((name, args) => {
      if (name === 'mkdirSync' && String(args[0]).includes('keyferry/secrets')) seen.push(readState(root));
    });
    const { run } = leaseWorld({ durationSeconds: 600 });
    await run({ root, fileSystem });
    expect(seen[0]?.sources.map(({ key, lease }) => [key, lease !== undefined])).toEqual([
      ['creds', true],
      ['key', false],
    ]);
    expect(seen[0]?.sessions).toHaveLength(1);
  });

  test('does not begin with a credential that ended meanwhile, in the state or in memory', async () => {
    const { clock, vault, plain, run } = leaseWorld({ durationSeconds: 60 });
    const root = makePod();
    plain.answers.set('plain/key', unavailable);
    const first = await run({ root });
    await first.stop();
    await clock.advance(hour);
    vault.outage = unavailable;
    plain.answers.set('plain/key', 'k1');
    const second_ = await run({ root, mode: 'refresh' });
    await clock.advance(minute);
    expect(visibleFiles(second_.folder)).toEqual({});
    vault.outage = undefined;
    plain.answers.set('plain/key', unavailable);
    await second_.stop();

    const third = await run({ root: makePod(), mode: 'refresh' });
    vault.outage = unavailable;
    await clock.advance(10 * minute);
    plain.answers.set('plain/key', 'k1');
    await clock.advance(minute);
    expect(visibleFiles(third.folder)).toEqual({});
    vault.outage = undefined;
    await clock.advance(minute);
    expect(visibleFiles(third.folder)).toMatchObject({ key: 'k1' });
  });
});

describe('one lease over processes', () => {
  test('goes from init to refresh', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const init = await run({ mode: 'init' });
    expect(await init.ending).toEqual({ exitCode: 0 });
    await init.stop();
    const { root } = init;
    const refresh = await run({ root, mode: 'refresh' });
    await clock.advance(3 * hour);
    expect(vault.credentials).toHaveLength(1);
    expect(vault.living).toHaveLength(1);
    expect(visibleFiles(refresh.folder)).toMatchObject({ user: 'user-1' });
    expect(vault.count('revoke')).toBe(0);
  });

  test('is used by init run again while it lives, replaced after', async () => {
    const { clock, vault, plain, run } = leaseWorld({ durationSeconds: 3_600 });
    const first = await run({ mode: 'init' });
    await first.ending;
    await first.stop();
    const { root } = first;
    plain.answers.set('plain/key', 'k2');
    const again = await run({ root, mode: 'init' });
    expect(again.ended()).toEqual({ exitCode: 0 });
    await again.stop();
    expect(visibleFiles(again.folder)).toEqual({ key: 'k2', user: 'user-1' });
    await clock.advance(2 * hour);
    const late = await run({ root, mode: 'init' });
    expect(late.ended()).toEqual({ exitCode: 0 });
    await late.stop();
    expect(visibleFiles(late.folder)).toEqual({ key: 'k2', user: 'user-2' });
    expect(vault.count('revoke')).toBe(0);
  });

  test('is the only thing that a plan of leases needs: init run again asks for nothing', async () => {
    const { vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const plan = planOf({
      ...leasedPlan,
      sources: leasedPlan.sources.slice(0, 1),
      files: leasedPlan.files.slice(0, 1),
    });
    const first = await run({ mode: 'init', plan });
    await first.ending;
    await first.stop();
    const again = await run({ mode: 'init', plan, root: first.root });
    expect(again.ended()).toEqual({ exitCode: 0 });
    expect(vault.count('read')).toBe(1);
  });

  test('is renewed at once where two thirds of it went by between', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const first = await run({ mode: 'init' });
    await first.stop();
    await clock.advance(0.9 * hour);
    await run({ root: first.root, mode: 'refresh' });
    expect([vault.count('read'), vault.count('renew')]).toEqual([1, 1]);
  });

  test('is replaced where its login is gone', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const first = await run({ mode: 'init' });
    await first.stop();
    await clock.advance(minute);
    vault.endLogin('login-1');
    const second_ = await run({ root: first.root, mode: 'refresh' });
    await clock.advance(second);
    expect(visibleFiles(second_.folder)).toMatchObject({ user: 'user-2' });
    expect(vault.living.map(({ id }) => id)).toEqual(['creds/2']);
  });

  test('is lost with a spoiled state file: one more is made, and the files change to it', async () => {
    const { vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const first = await run({ mode: 'init' });
    await first.stop();
    writeFileSync(stateIn(first.root), readFileSync(stateIn(first.root)).subarray(0, 80));
    const second_ = await run({ root: first.root });
    expect(visibleFiles(second_.folder)).toMatchObject({ user: 'user-2' });
    expect(vault.credentials).toHaveLength(2);
  });
});

describe('the end', () => {
  test('after a first generation revokes, and leaves nothing of it in the state file', async () => {
    const { vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    expect(await agent.stop()).toEqual({ exitCode: 0 });
    expect(vault.calls.slice(-2)).toEqual(['revoke login-1', 'close']);
    expect(vault.living).toEqual([]);
    const state = readState(agent.root);
    expect([state.sessions, state.sources.map(({ key }) => key)]).toEqual([[], ['key']]);
    expect(visibleFiles(agent.folder)).toEqual({ key: 'k1', user: 'user-1' });

    const again = await run({ root: agent.root });
    expect(visibleFiles(again.folder)).toMatchObject({ user: 'user-2' });
  });

  test('before it, or of init, revokes nothing', async () => {
    const { vault, plain, run } = leaseWorld({ durationSeconds: 3_600 });
    plain.answers.set('plain/key', unavailable);
    const starting = await run();
    expect((await starting.stop()).exitCode).toBe(1);
    expect(readState(starting.root).sources).toMatchObject([{ key: 'creds', lease: { id: 'creds/1' } }]);
    plain.answers.set('plain/key', 'k1');
    const init = await run({ root: starting.root, mode: 'init' });
    await init.ending;
    await init.stop();
    expect(vault.count('revoke')).toBe(0);
    expect(vault.living).toHaveLength(1);
  });

  test('waits 1.5 s for a store that does not answer, and forgets its leases all the same', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    vault.hangs = true;
    const stopped = agent.stop();
    await until(() => vault.count('revoke') === 1, 'the revocation');
    await clock.advance(1_499);
    expect(agent.ended()).toBeUndefined();
    expect(readState(agent.root).sources.map(({ key }) => key)).toEqual(['key']);
    await clock.advance(1);
    expect(await stopped).toEqual({ exitCode: 0 });
    expect(agent.lines).toContainEqual({
      level: 'warn',
      text: 'leases could not be revoked: they end with their time',
      fields: { store: 'vault' },
    });
  });

  test('leaves a login alone that no lease hangs on', async () => {
    const { vault, run } = leaseWorld({ durationSeconds: 3_600 });
    vault.leases = false;
    const agent = await run();
    await agent.stop();
    expect(vault.count('revoke')).toBe(0);
    expect(vault.count('keepAlive')).toBe(0);
    expect(readState(agent.root).sessions).toHaveLength(1);
  });
});

describe('a state file that cannot be written', () => {
  test('costs a credential per restart and nothing else', async () => {
    const root = makePod();
    const { vault, run } = leaseWorld({ durationSeconds: 3_600 });
    rmSync(join(root, 'keyferry/state'), { recursive: true });
    const first = await run({ root });
    expect(visibleFiles(first.folder)).toMatchObject({ user: 'user-1' });
    expect(existsSync(stateIn(root))).toBe(false);
    expect(shownCredential(first)).toMatchObject({ stale: false });
    expect(vault.credentials).toHaveLength(1);
  });
});

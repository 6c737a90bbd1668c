import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { statusBody } from '../support/scripted-api.ts';
import { until, untilAdvancing } from '../support/until.ts';
import { list, store, WatchedStores } from '../support/watched-stores.ts';

let at: WatchedStores;

beforeEach(async () => {
  at = await WatchedStores.open();
});
afterEach(() => at.close());

describe('a reflector whose server fails', () => {
  test.each(['as HTTP status', 'as event'])(
    'lists anew after 410 Gone (%s) and tells the differences',
    async (how) => {
      let version = 10;
      let items = [store('a', 3), store('b', 4), store('c', 5)];
      at.serve((exchange) => {
        exchange.json(200, list(version, items));
      });
      at.start();
      await at.watching();
      const changes: string[] = [];
      at.reflector.objects.onChange((change) => {
        const { metadata } = change.type === 'deleted' ? change.previous : change.object;
        changes.push(`${change.type} ${metadata.name}`);
      });
      version = 50;
      items = [store('a', 3), store('b', 44), store('d', 45)];
      if (how === 'as event') at.lastWatch().event('ERROR', statusBody(410));
      else {
        at.api.handle((exchange) => {
          exchange.json(410, statusBody(410));
          at.serve((next) => {
            next.json(200, list(version, items));
          });
        });
        at.lastWatch().response.end();
      }
      await untilAdvancing(at.clock, () => at.lastWatch().query.get('resourceVersion') === '50');
      expect(changes.sort()).toEqual(['added d', 'deleted c', 'modified b']);
      expect(at.warnings()).toEqual([]);
    },
  );

  test('keeps everything through an outage, says so once, and says when it is over', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    await at.watching();
    at.api.handle(({ response }) => response.destroy());
    at.lastWatch().response.destroy();
    const broken = at.api.exchanges.length;
    await untilAdvancing(at.clock, () => at.api.exchanges.length > broken + 5);
    expect(at.names()).toEqual(['a']);
    expect(at.reflector.synced).toBe(true);
    expect(at.reflector.staleMilliseconds).toBeGreaterThan(1000);
    const before = at.api.watches().length;
    at.serve((exchange) => {
      exchange.json(200, list(20, []));
    });
    await at.watching(before + 1);
    // It goes on from where it was: the list is not asked for again, so nothing was lost.
    expect(at.names()).toEqual(['a']);
    expect(at.lastWatch().query.get('resourceVersion')).toBe('10');
    expect(at.logged.lines.filter(({ level }) => level !== 'debug').map(({ text }) => text)).toEqual([
      'cannot list or watch secretstores.keyferry.dev; what is known of them stays in use',
      'secretstores.keyferry.dev can be read again',
    ]);
    at.lastWatch().event('BOOKMARK', store('', 12));
    at.lastWatch().response.end();
    await at.watching(before + 2);
    expect(at.logged.lines.filter(({ level }) => level === 'info')).toHaveLength(1);
  });

  test('drops the part of an event that a broken connection leaves, and gets it on the next watch', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, []));
    });
    at.start();
    await at.watching();
    const text = `${JSON.stringify({ type: 'ADDED', object: store('a', 11) })}\n`;
    at.lastWatch().response.write(text.slice(0, text.length / 2));
    at.lastWatch().response.end();
    await at.watching(2);
    expect(at.names()).toEqual([]);
    expect(at.lastWatch().query.get('resourceVersion')).toBe('10');
    at.lastWatch().response.write(text.slice(0, 7));
    at.lastWatch().response.write(text.slice(7));
    await until(() => at.names().includes('a'));
  });

  test.each([
    ['no JSON', 'garbage\n'],
    ['no event', '{"hello":"world"}\n'],
    ['an object without a version', '{"type":"ADDED","object":{"metadata":{"name":"x"}}}\n'],
  ])('lists anew after a line that is %s', async (_what, line) => {
    let version = 10;
    at.serve((exchange) => {
      exchange.json(200, list(version, [store(`v${version}`, version)]));
    });
    at.start();
    await at.watching();
    version = 20;
    at.lastWatch().response.write(line);
    await untilAdvancing(at.clock, () => at.names().includes('v20'));
  });

  test('finds out that a connection is dead: the watch outlives the time that the server was given', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    await at.watching();
    const elapsed = at.clock.monotonic();
    await untilAdvancing(at.clock, () => at.api.watches().length === 2);
    // 90 s were asked for, and 10 s are grace.
    expect(at.clock.monotonic() - elapsed).toBeGreaterThan(95_000);
    expect(at.clock.monotonic() - elapsed).toBeLessThan(110_000);
    expect(at.names()).toEqual(['a']);
  }, 60_000);

  test('finds out that a server takes the connection and never answers', async () => {
    at.api.handle(() => undefined);
    at.start();
    await until(() => at.api.exchanges.length === 1);
    await untilAdvancing(at.clock, () => at.api.exchanges.length === 2);
    expect(at.reflector.synced).toBe(false);
  });

  test('finds out that a server takes a watch and never answers', async () => {
    at.api.handle((exchange) => {
      if (!exchange.query.has('watch')) exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    await untilAdvancing(at.clock, () => at.api.watches().length === 1);
    const since = at.clock.monotonic();
    await untilAdvancing(at.clock, () => at.api.watches().length === 2);
    expect(at.clock.monotonic() - since).toBeLessThan(30_000);
    expect(at.names()).toEqual(['a']);
  });

  test('waits longer and longer while the server ends every watch at once', async () => {
    at.api.handle((exchange) => {
      if (exchange.query.has('watch')) exchange.response.writeHead(200).end();
      else exchange.json(200, list(10, []));
    });
    at.start();
    await untilAdvancing(at.clock, () => at.api.watches().length === 8);
    // 0 + 0.5 + 1 + 2 + 4 + 8 + 15 s at half of the full jitter.
    expect(at.clock.monotonic()).toBeGreaterThan(25_000);
  });

  test('takes an API that is not installed for an empty one, says so once, and picks it up later', async () => {
    at.serve(({ response }) => {
      response.writeHead(404).end('404 page not found\n');
    });
    at.start();
    await at.reflector.whenSynced;
    expect(at.reflector.synced).toBe(true);
    const waiting = at.reflector.objects.waitFor('payments', 'a', { timeoutMilliseconds: 600_000 });
    await untilAdvancing(at.clock, () => at.api.exchanges.length >= 5);
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3)]));
    });
    await at.watching();
    expect((await waiting)?.metadata.name).toBe('a');
    expect(at.warnings()).toEqual([
      'secretstores.keyferry.dev are not installed on this cluster: there are none until their CustomResourceDefinition is',
    ]);
  });

  test('does not believe a 404 at once that would take away what it knows', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    await at.watching();
    const since = at.clock.monotonic();
    at.api.handle((exchange) => {
      exchange.json(404, statusBody(404));
    });
    at.lastWatch().response.end();
    await untilAdvancing(at.clock, () => at.clock.monotonic() - since > 60_000);
    expect(at.names()).toEqual(['a']);
    await untilAdvancing(at.clock, () => at.names().length === 0);
    expect(at.clock.monotonic() - since).toBeGreaterThan(120_000);
  });

  test('does not take a 404 of a built-in resource for an answer', async () => {
    at.api.handle((exchange) => {
      exchange.json(404, statusBody(404));
    });
    at.start({ group: '', apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' });
    await untilAdvancing(at.clock, () => at.api.exchanges.length >= 3);
    expect(at.api.exchanges[0]!.path).toBe('/api/v1/namespaces');
    expect(at.reflector.synced).toBe(false);
  });

  test.each([
    [401, 'the API server does not accept our credentials; secretstores.keyferry.dev cannot be read'],
    [
      403,
      'the API server forbids us to read secretstores.keyferry.dev: grant the verbs list and watch on them',
    ],
  ])('says what is missing on %d, keeps trying, and never logs an object', async (status, text) => {
    at.api.handle((exchange) => {
      exchange.json(status, statusBody(status, 'cannot list resource "secretstores"'));
    });
    at.start();
    await untilAdvancing(at.clock, () => at.api.exchanges.length >= 4);
    expect(at.reflector.synced).toBe(false);
    expect(at.warnings()).toEqual([text]);
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3, { canary: 'opensesame' })]));
    });
    await at.watching();
    expect(at.reflector.synced).toBe(true);
    expect(JSON.stringify(at.logged.lines)).not.toContain('opensesame');
  });

  test('comes back no sooner than the server asks for', async () => {
    at.api.handle((exchange) => {
      exchange.json(429, statusBody(429), { 'retry-after': '20' });
    });
    at.start();
    await untilAdvancing(at.clock, () => at.api.exchanges.length === 2);
    expect(at.clock.monotonic()).toBeGreaterThanOrEqual(20_000);
  });
});

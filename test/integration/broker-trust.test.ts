import { afterEach, describe, expect, test } from '@jest/globals';
import { answerJson } from '../support/broker-server.ts';
import { removeFolders } from '../support/agent/folders.ts';
import {
  shownBy,
  startBroker,
  startBrokerWorld,
  startFollowing,
  stopBrokers,
} from '../support/agent/broker-world.ts';

afterEach(async () => {
  await stopBrokers();
  removeFolders();
});

describe('certificates', () => {
  test('a new one is found where the kubelet puts it', async () => {
    const { broker, pod, wait, file } = await startFollowing();
    await broker.exchangeCertificate();
    pod.writeTrust(`-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n${broker.pem}`);
    await wait(() => broker.feeds.length === 2, 'the next feed');
    broker.set('shared/db', 'two');
    await wait(() => file() === 'two', 'the rotation');
  });

  test('a new one that the broker told of before is known, also to the next process', async () => {
    const { broker, run, wait, file } = await startFollowing();
    const other = await startBroker();
    broker.feed.send({ event: 'trust', bundle: `${broker.pem}${other.pem}` });
    broker.feed.send({ event: 'trust', bundle: 'nothing of use' });
    broker.set('shared/db', 'two');
    await wait(() => file() === 'two', 'the rotation');
    broker.useCertificateOf(other);
    await wait(() => broker.feeds.length === 2, 'the next feed');
    await run('refresh');
    await wait(() => broker.feeds.length === 3, "the next process's feed");
  });

  test.each([
    [
      'no certificate that is known',
      'localhost',
      '',
      /^no certificate of the broker at localhost:\d+ is known yet: the ConfigMap keyferry-trust of this namespace is missing or has none that is valid$/,
    ],
    [
      'another certificate',
      'localhost',
      'other',
      /^the broker at localhost:\d+ has a certificate that is not among those of the ConfigMap keyferry-trust; one that is new is there within two minutes$/,
    ],
    [
      'a certificate for another name',
      'elsewhere.svc',
      undefined,
      /^the broker at localhost:\d+ has a certificate for another name: "localhost" is not in it; the install has to call the broker by a name that is$/,
    ],
  ])('%s: the start fails and says so', async (_what, name, trust, message) => {
    const given = trust === 'other' ? (await startBroker()).pem : trust;
    const { run, wait, broker } = await startBrokerWorld({
      names: [name],
      ...(given === undefined ? {} : { trust: given }),
    });
    const running = await run();
    const shown = (): ReturnType<typeof shownBy> => shownBy(running);
    await wait(() => shown().error !== null, 'the error');
    expect(shown().error?.code).toBe('unavailable');
    expect(shown().error?.message).toMatch(message);
    expect(broker.requests).toEqual([]);
  });

  test('a start waits for the first certificate to come', async () => {
    const { run, wait, broker, pod, file } = await startBrokerWorld({ trust: '' });
    broker.documents.set('shared/db', 'one');
    await run();
    expect(file()).toBeUndefined();
    pod.writeTrust(broker.pem);
    await wait(() => file() === 'one', 'the file');
  });
});

describe("the pod's token", () => {
  test('is the one on disk at each request, and is read again where it is refused', async () => {
    const world = await startFollowing();
    world.pod.writeToken('token-2');
    world.broker.feed.end();
    await world.wait(() => world.broker.feeds.length === 2, 'the next feed');
    expect(world.broker.requests.at(-1)?.token).toBe('token-2');
    world.broker.handler = (_request, response) => {
      // The kubelet replaces it while the request is under way.
      world.pod.writeToken('token-3');
      world.broker.handler = undefined;
      answerJson(response, 401, { error: { code: 'unauthenticated', message: 'the token has expired' } });
    };
    world.broker.feed.end();
    await world.wait(() => world.broker.feeds.length === 3, 'the feed with the new token');
    expect(world.broker.requests.slice(-2).map(({ token }) => token)).toEqual(['token-2', 'token-3']);
  });
});

import { feedCut, feedRefused, feedRefusedAtStart, feedSilent } from '../broker-scenes.ts';
import { answers, connections, has, refuses } from '../broker-strikes.ts';
import type { FaultGroup } from '../row.ts';

const secrets = 'secrets';
const backendDown = 'vault.example:8200 refused the connection';
const backendBusy = 'vault.example:8200: Vault asks for fewer requests (HTTP 429)';
const notGranted =
  'ServiceAccount payments/api may not read the key "payments/db" of ClusterSecretStore shared: no ExternalSecret of namespace payments names it for this store, and no item of its spec.access is for this pod; name the key in an ExternalSecret of the namespace, or have spec.access of the store extended';
const notVouchedFor = 'the API server does not vouch for the audience of the token';
const closed = "the broker's feed is closed: the broker at SERVER";

/** Stores that the broker reads: between the pod and the broker, and behind it. */
export const throughBroker: FaultGroup = {
  title: 'Through the broker',
  rows: [
    {
      fault: 'broker refuses connections',
      happens: 'no replica is there, or none is ready',
      stores: {
        broker: {
          strike: connections(({ front }) => front.refuse()),
          seen: {
            code: 'unavailable',
            says: 'the broker at SERVER refused the connection',
            operation: secrets,
          },
        },
      },
    },
    {
      fault: 'no connection to the broker',
      happens: 'packets are dropped: a NetworkPolicy, a node that has hung',
      stores: {
        broker: {
          strike: connections(({ front }) => {
            front.silence();
          }),
          seen: {
            code: 'timeout',
            says: 'the broker at SERVER did not complete a connection within 5 s',
            operation: secrets,
          },
        },
      },
    },
    {
      fault: "broker's certificate unknown",
      happens:
        'the ConfigMap keyferry-trust of the namespace does not have it: it is new, or somebody else answers',
      stores: {
        broker: {
          strike: async ({ broker, publishCertificate }) => {
            await broker.exchangeCertificate();
            return { lift: publishCertificate };
          },
          seen: {
            code: 'unavailable',
            says: 'the broker at SERVER has a certificate that is not among those of the ConfigMap keyferry-trust; one that is new is there within two minutes',
            operation: secrets,
          },
        },
      },
    },
    {
      fault: 'broker does not answer',
      happens: 'the connection stands, and nothing ever comes',
      stores: {
        broker: {
          strike: answers(() => undefined),
          seen: {
            code: 'timeout',
            says: 'the broker at SERVER sent no answer within 25 s',
            operation: secrets,
          },
          start: { code: 'timeout', says: 'the store has not answered yet' },
        },
      },
    },
    {
      fault: 'reset mid-answer',
      happens: 'the broker ends, or a connection is cut, in the middle of an answer',
      stores: {
        broker: {
          strike: answers((_request, response) => {
            response.writeHead(200, { 'content-length': '1000' });
            response.write('{"results": [', () => response.destroy());
          }),
          seen: {
            code: 'unavailable',
            says: 'the broker at SERVER closed the connection before its answer was complete',
            operation: secrets,
          },
        },
      },
    },
    {
      fault: 'broker throttles, with Retry-After',
      happens: 'the pod, or its namespace, asks more than it may',
      stores: {
        broker: {
          strike: refuses(429, { code: 'throttled', message: 'too many requests', retryAfterMs: 90_000 }),
          seen: {
            code: 'throttled',
            says: 'the broker at SERVER says: too many requests',
            operation: secrets,
            retryAfter: 90,
          },
        },
      },
    },
    {
      fault: 'HTTP 500 from the broker',
      happens: 'the broker fails inside, or a proxy has nobody to ask',
      stores: {
        broker: {
          strike: answers((_request, response) => {
            response.writeHead(500).end('Internal Server Error');
          }),
          seen: { code: 'unavailable', says: 'the broker at SERVER answered HTTP 500', operation: secrets },
        },
      },
    },
    {
      fault: 'not the broker',
      happens: "a proxy's page to sign in, with HTTP 200",
      stores: {
        broker: {
          strike: answers((_request, response) => {
            response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in\n</html>\n');
          }),
          seen: {
            code: 'unavailable',
            says: 'the broker at SERVER sent an answer that this version does not understand',
            operation: secrets,
          },
        },
      },
    },
    {
      fault: 'huge answer of the broker',
      happens: 'more than the secrets that were asked for could be',
      stores: {
        broker: {
          strike: answers((_request, response) => {
            response.writeHead(200, { 'content-type': 'application/json' }).end('x'.repeat(4_000_000));
          }),
          seen: {
            code: 'invalid',
            says: 'the broker at SERVER sent an answer of more than 2808192 bytes',
            operation: secrets,
          },
        },
      },
    },
    {
      fault: 'broker refuses the token',
      happens: 'the audience is not the one that the API server vouches for, or the pod is gone',
      stores: {
        broker: {
          strike: refuses(401, { code: 'unauthenticated', message: notVouchedFor }),
          seen: {
            code: 'unauthenticated',
            says: `the broker at SERVER says: ${notVouchedFor}`,
            operation: secrets,
          },
        },
      },
    },
    {
      fault: 'broker denies',
      happens: 'no rule grants the pod this key any more',
      stores: {
        broker: {
          strike: has({ code: 'denied', message: notGranted }, ['db']),
          seen: { code: 'denied', says: notGranted, keys: ['db'] },
        },
      },
    },
    {
      fault: 'store behind the broker down',
      happens: 'the broker answers, and cannot reach the backend',
      stores: {
        broker: {
          strike: has({ code: 'unavailable', message: backendDown }),
          seen: { code: 'unavailable', says: backendDown },
        },
      },
    },
    {
      fault: 'store behind the broker throttles',
      happens: 'the backend asks to be left alone for 90 s',
      stores: {
        broker: {
          strike: has({ code: 'throttled', message: backendBusy, retryAfterMs: 90_000 }),
          seen: { code: 'throttled', says: backendBusy, retryAfter: 90 },
        },
      },
    },
    {
      fault: 'feed cut',
      happens:
        'the connection breaks off over which the broker tells of changes: a replica ends, a load balancer gives up',
      stores: {
        broker: {
          code: 'unavailable',
          says: `${closed} ended its feed without a word`,
          files: 'always the newest, a second later',
          wellAgain: 'within 2 s: another feed tells what was missed',
          start: 'does not apply: there is no feed yet',
          play: feedCut,
        },
      },
    },
    {
      fault: 'feed silent',
      happens:
        'the connection stands and says nothing: a firewall has forgotten it, the node of the replica is lost',
      stores: {
        broker: {
          code: 'unavailable',
          says: `${closed} said nothing in its feed for 30 s`,
          files: 'stay as they are for up to 30 s',
          wellAgain: 'as soon as another feed is open, within 32 s',
          start: 'does not apply: there is no feed yet',
          play: feedSilent,
        },
      },
    },
    {
      fault: 'no feed',
      happens: 'the broker has as many feeds open as it takes',
      stores: {
        broker: {
          code: 'unavailable',
          says: `${closed} says: the broker has as many feeds open as it takes, 20000`,
          files: 'move on, at their intervals',
          wellAgain: 'within 30 s there is a feed again',
          start: 'has its secrets',
          play: feedRefused,
          playStart: feedRefusedAtStart,
        },
      },
    },
  ],
};

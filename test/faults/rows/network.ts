import type { FaultGroup } from '../row.ts';
import { connections, impostor, names } from '../strikes.ts';
import { onNetwork } from '../cells.ts';
import { Authority } from '../../support/faults/certificates.ts';

const hostOf = (server: string): string => server.split(':', 1)[0] ?? '';

const otherName = 'SERVER has a certificate for another name: "HOST" is not in it';
const noNetwork = 'a file is read without a network';

/** Below HTTP: connections, names, certificates. */
export const network: FaultGroup = {
  title: 'On the way to the store',
  rows: [
    {
      fault: 'connection refused',
      happens: 'nobody listens at the address: the store is down, or starts again',
      stores: onNetwork(
        { strike: connections(({ front }) => front.refuse()), says: 'SERVER refused the connection' },
        noNetwork,
      ),
    },
    {
      fault: 'no connection',
      happens: 'packets are dropped: a firewall, a NetworkPolicy, a host that has hung',
      stores: onNetwork(
        {
          strike: connections(({ front }) => {
            front.silence();
          }),
          code: 'timeout',
          says: 'SERVER did not complete a connection within 5 s',
        },
        noNetwork,
      ),
    },
    {
      fault: 'kept connection closed',
      happens: 'the server closes an idle connection in the very moment in which it is used again',
      stores: onNetwork(
        {
          strike: ({ front }) => {
            front.resetOnNextUse();
            return { lift: () => undefined };
          },
          start: { never: 'a first connection is new' },
        },
        noNetwork,
      ),
    },
    {
      fault: 'name does not resolve',
      happens: 'DNS says that there is no such name: a typing error, a deleted Service',
      stores: onNetwork(
        {
          strike: names({ failure: 'ENOTFOUND' }),
          says: 'SERVER cannot be reached: its name does not resolve',
        },
        noNetwork,
      ),
    },
    {
      fault: 'name server does not answer',
      happens: 'DNS itself is down',
      stores: onNetwork(
        {
          strike: names({ failure: 'EAI_AGAIN' }),
          says: 'SERVER cannot be reached: the name server does not answer',
        },
        noNetwork,
      ),
    },
    {
      fault: 'name leads to a refused address',
      happens: "DNS answers with 169.254.169.254, where a node's own credentials are",
      stores: onNetwork(
        {
          strike: names({ address: '169.254.169.254' }),
          code: 'invalid',
          says: 'SERVER is at an address that is refused: link-local',
        },
        noNetwork,
      ),
    },
    {
      fault: "another authority's certificate",
      happens: 'the certificate is signed by nobody whom the store trusts: a proxy, a new authority',
      stores: onNetwork(
        {
          strike: impostor(async ({ server }) =>
            (await Authority.create('Another CA')).issue({ name: hostOf(server) }),
          ),
          says: 'SERVER has a certificate that is not trusted: unknown certificate authority; set caBundle to the certificate authority that signed it',
        },
        noNetwork,
      ),
    },
    {
      fault: 'certificate for another name',
      happens: 'the certificate is good, but for another server',
      stores: onNetwork(
        {
          strike: impostor((bench) => bench.certificateFor('elsewhere.test')),
          says: {
            vault: `${otherName}; set tls.serverName to a name that is`,
            aws: `${otherName}; set endpoints to a name that is`,
          },
        },
        noNetwork,
      ),
    },
    {
      fault: 'expired certificate',
      happens: 'nobody renewed it',
      stores: onNetwork(
        {
          strike: impostor((bench) => bench.certificate({ fromDay: -30, toDay: -1 })),
          says: "SERVER has a certificate that is expired; renew it, or check this machine's clock",
        },
        noNetwork,
      ),
    },
    {
      fault: 'certificate not valid yet',
      happens: 'it begins in the future, or the clock of the node is behind',
      stores: onNetwork(
        {
          strike: impostor((bench) => bench.certificate({ fromDay: 1, toDay: 30 })),
          says: "SERVER has a certificate that is not valid yet; check this machine's clock",
        },
        noNetwork,
      ),
    },
    {
      fault: 'no TLS',
      happens: 'a server that speaks plain HTTP is behind the https address',
      stores: onNetwork(
        {
          strike: impostor(),
          says: 'SERVER did not complete the TLS handshake; is it an http server?',
        },
        noNetwork,
      ),
    },
  ],
};

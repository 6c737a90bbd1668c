import { argv, stdout } from 'node:process';
import { systemClock } from '../../../../lib/clock.ts';
import { openTransport } from '../../../../providers/http/transport.ts';

/** A process of its own, for what Node's core takes from the environment: one GET, its outcome on standard output. */
const [server = '', caBundle = ''] = argv.slice(2);
const transport = openTransport({ server, clock: systemClock, ...(caBundle === '' ? {} : { caBundle }) });
const outcome = transport.ok
  ? await transport.value.request({ method: 'GET', url: server, headers: {} })
  : transport;
stdout.write(outcome.ok ? 'ok' : `${outcome.error.code}: ${outcome.error.message}`);
if (transport.ok) transport.value.close();

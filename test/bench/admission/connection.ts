import { connect, type TLSSocket } from 'node:tls';
import { tokenVolumeMark, uidMark, workloadMark } from './review.ts';

/** Digits of a workload's number. */
const numberLength = 9;

/** Characters of a token volume's name that are made up for each pod. */
const madeUpLength = 5;

/** Where a text ends in a buffer, each time that it is in there. */
const endsOf = (buffer: Buffer, text: string): readonly number[] => {
  const ends: number[] = [];
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + 1)) ends.push(at + text.length);
  return ends;
};

/** Requests of this process: gives each its own uid and token volume, as an API server does. */
let requests = 0;

/** Ends the head of a message. */
const endOfHead = Buffer.from('\r\n\r\n');

/**
 * One kept-alive HTTPS connection that does as little as it can beside TLS, so that the generator on its core can keep a server on
 * another one busy. It understands answers with a Content-Length and nothing else.
 */
export class Connection {
  readonly #socket: TLSSocket;
  readonly #request: Buffer;
  /** Where in the request those end that differ from one to the next. */
  readonly #ends: {
    readonly workload: readonly number[];
    readonly uid: readonly number[];
    readonly volume: readonly number[];
  };
  readonly #failed: (error: Error) => void;
  #answered: (body: string) => void = () => undefined;
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: TLSSocket, request: Buffer, failed: (error: Error) => void) {
    this.#socket = socket;
    this.#request = request;
    this.#ends = {
      workload: endsOf(request, workloadMark),
      uid: endsOf(request, uidMark),
      volume: endsOf(request, tokenVolumeMark),
    };
    this.#failed = failed;
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('error', failed);
    socket.on('close', () => {
      failed(new Error('the server closed the connection'));
    });
  }

  /** `failed` is called for everything that is not an answer with status 200. */
  static async open(port: number, body: string, failed: (error: Error) => void): Promise<Connection> {
    const head = [
      'POST /mutate?timeout=10s HTTP/1.1',
      'Host: keyferry-webhook.keyferry-system.svc',
      'User-Agent: kube-apiserver-admission',
      'Content-Type: application/json',
      'Accept: application/json, */*',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ].join('\r\n');
    // Whose certificate it is does not matter here; checking it costs the same once for each connection.
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay();
    return new Connection(socket, Buffer.from(`${head}\r\n\r\n${body}`), failed);
  }

  /** Sends the request for a pod of this workload and calls back with the answer's body. One at a time. */
  send(workload: number, answered: (body: string) => void): void {
    this.#answered = answered;
    requests += 1;
    this.#write(this.#ends.workload, `${workload}`.padStart(numberLength, '0'));
    this.#write(this.#ends.uid, `${requests}`.padStart(uidMark.length, '0'));
    this.#write(this.#ends.volume, requests.toString(36).padStart(madeUpLength, '0'));
    this.#socket.write(this.#request);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #write(ends: readonly number[], text: string): void {
    for (const end of ends) this.#request.write(text, end - text.length, 'latin1');
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(endOfHead);
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) {
      this.#failed(new Error(`the server answered ${head.split('\r\n', 1)[0] ?? ''}`));
      return;
    }
    const whole = end + endOfHead.length + Number(length);
    if (this.#received.length < whole) return;
    const body = this.#received;
    this.#received = Buffer.alloc(0);
    this.#answered(body.toString('latin1', end + endOfHead.length, whole));
  }
}

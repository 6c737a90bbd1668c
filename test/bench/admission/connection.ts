import { connect, type TLSSocket } from 'node:tls';
import { workloadMark } from './review.ts';

/** Digits of a workload's number. */
const numberLength = 9;

/** Ends the head of a message. */
const endOfHead = Buffer.from('\r\n\r\n');

/**
 * One kept-alive HTTPS connection that does as little as it can beside TLS, so that the generator on its core can keep a server on
 * another one busy. It understands answers with a Content-Length and nothing else.
 */
export class Connection {
  readonly #socket: TLSSocket;
  readonly #request: Buffer;
  /** Where the number of the workload ends in the request. */
  readonly #endOfNumber: number;
  readonly #failed: (error: Error) => void;
  #answered: (body: string) => void = () => undefined;
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: TLSSocket, request: Buffer, failed: (error: Error) => void) {
    this.#socket = socket;
    this.#request = request;
    this.#endOfNumber = request.indexOf(workloadMark) + workloadMark.length;
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
    const digits = `${workload}`.padStart(numberLength, '0');
    this.#request.write(digits, this.#endOfNumber - numberLength, 'latin1');
    this.#socket.write(this.#request);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
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

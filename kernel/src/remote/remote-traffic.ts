import type { Socket } from 'node:net';
import { Counter, type Registry } from 'prom-client';

/** Bytes between this process and others that call it, as they are on the wire: with TLS, after encryption. */
export class RemoteTraffic {
  readonly #open = new Set<Socket>();
  #received = 0;
  #sent = 0;

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#received += socket.bytesRead;
      this.#sent += socket.bytesWritten;
    });
  }

  get received(): number {
    return [...this.#open].reduce((total, socket) => total + socket.bytesRead, this.#received);
  }

  get sent(): number {
    return [...this.#open].reduce((total, socket) => total + socket.bytesWritten, this.#sent);
  }

  /** Shows them as `sextant_remote_bytes_total{direction}`. */
  register(registry: Registry): void {
    const metrics = (): { readonly received: number; readonly sent: number } => ({ received: this.received, sent: this.sent });
    new Counter({
      name: 'sextant_remote_bytes_total',
      help: 'Bytes on the connections of other Sextant processes to this one',
      labelNames: ['direction'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [direction, bytes] of Object.entries(metrics())) this.inc({ direction }, bytes);
      },
    });
  }
}

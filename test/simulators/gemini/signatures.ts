/** Thought signatures: opaque to the client, bound to backend, model and question, and checked when they come back. */
import { createHmac } from 'node:crypto';

export type SignatureFault = 'corrupted' | 'other-model' | 'other-question';

/** Documented for history that another model made: accepted in place of a signature. */
const PASS = 'skip_thought_signature_validator';

/** Signs for one backend. A signature of another backend, as behind a relay with several channels, is corrupted here. */
export class Signer {
  readonly #backend: string;
  #issued = 0;

  constructor(backend: string) {
    this.#backend = backend;
  }

  /** A signature of `size` bytes or more, in base64. */
  sign(model: string, question: string, size = 180): string {
    const serial = Buffer.alloc(4);
    serial.writeUInt32BE(this.#issued++);
    const head = Buffer.concat([Buffer.from([0x12, 0x01]), serial, this.#mac(model), this.#mac(question)]);
    const seal = this.#mac(head.toString('hex'));
    const thoughts = Buffer.alloc(Math.max(0, size - head.length - seal.length));
    for (let at = 0; at < thoughts.length; at++) thoughts[at] = (at * 97 + this.#issued * 31) % 251;
    return Buffer.concat([head, seal, thoughts]).toString('base64');
  }

  /** What is wrong with a signature that came back; `question` is given where the service checks its place. */
  fault(signature: string, model: string, question?: string): SignatureFault | undefined {
    if (signature === PASS) return undefined;
    const bytes = Buffer.from(signature, 'base64');
    const [head, seal] = [bytes.subarray(0, 38), bytes.subarray(38, 54)];
    if (!seal.equals(this.#mac(head.toString('hex')))) return 'corrupted';
    if (!head.subarray(6, 22).equals(this.#mac(model))) return 'other-model';
    if (question !== undefined && !head.subarray(22, 38).equals(this.#mac(question))) return 'other-question';
    return undefined;
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#backend).update(text).digest().subarray(0, 16);
  }
}

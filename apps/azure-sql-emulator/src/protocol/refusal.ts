import type { SqlMessage } from '../engine.js';

/** Something of TDS that the emulator does not speak; the client gets it as an ERROR and keeps its connection. */
export class ProtocolRefusal extends Error {
  constructor(what: string) {
    super(`not supported by the emulator: ${what}.`);
    this.name = 'ProtocolRefusal';
  }

  /** The number with which the language refuses too. */
  get sqlMessage(): SqlMessage {
    return { number: 40515, severity: 16, state: 1, message: this.message, line: 0 };
  }
}

import { LoginFailure, type Engine, type EngineSession, type SqlMessage } from '../engine.js';
import { DEFAULT_COLLATION, wireCollation } from './collation.js';
import type { Interference } from './interference.js';
import { TDS_73A, TDS_80, type Login7 } from './login7.js';
import { DEFAULT_PACKET, type ReplyWriter } from './packet.js';
import {
  DoneStatus,
  EnvChange,
  writeEnvBytes,
  writeEnvText,
  writeLoginAck,
  writeMessage,
  writePlainDone,
  writeUtf8Ack,
} from './tokens.js';

function refusal(number: number, severity: number, message: string): SqlMessage {
  return { number, severity, state: 1, message, line: 1 };
}

/** Why a login can be refused without asking the engine. */
function unsupported(login: Login7): SqlMessage | undefined {
  if (login.integratedSecurity)
    return refusal(
      18452,
      14,
      'Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.',
    );
  if (login.federated)
    return refusal(40607, 14, 'not supported by the emulator: Microsoft Entra authentication.');
  if (login.tdsVersion !== TDS_80 && login.tdsVersion < TDS_73A)
    return refusal(40532, 14, 'not supported by the emulator: TDS below 7.3; set the client to version 7.4.');
  return undefined;
}

/**
 * Answers LOGIN7.
 * @returns the session, or undefined when the login was refused and the connection must close
 */
export async function answerLogin(
  engine: Engine,
  interference: Interference,
  login: Login7,
  writer: ReplyWriter,
): Promise<EngineSession | undefined> {
  const own = unsupported(login);
  const refused = own === undefined ? interference.refuseLogin(login.request) : [own];
  if (refused !== undefined) return refuse(writer, refused);
  try {
    const session = await engine.login(login.request);
    writer.spid = session.id & 0xffff;
    welcome(login, session, writer);
    return session;
  } catch (error) {
    if (error instanceof LoginFailure) return refuse(writer, error.messages);
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(writer, [refusal(40197, 20, `The emulator failed to log in: ${reason}`)]);
  }
}

function refuse(writer: ReplyWriter, messages: readonly SqlMessage[]): undefined {
  for (const message of messages) writeMessage(writer.tokens, message);
  writePlainDone(writer.tokens, DoneStatus.error);
  writer.end();
  return undefined;
}

/** The order is the real server's; ENVCHANGE 7 is what lets clients send varchar parameters. */
function welcome(login: Login7, session: EngineSession, writer: ReplyWriter): void {
  const { tokens } = writer;
  const { database } = session;
  writeEnvText(tokens, EnvChange.database, database, 'master');
  writeMessage(tokens, {
    number: 5701,
    severity: 0,
    state: 2,
    message: `Changed database context to '${database}'.`,
    line: 0,
  });
  writeEnvText(tokens, EnvChange.language, 'us_english', '');
  writeMessage(tokens, {
    number: 5703,
    severity: 0,
    state: 1,
    message: 'Changed language setting to us_english.',
    line: 0,
  });
  writeEnvBytes(tokens, EnvChange.collation, wireCollation(DEFAULT_COLLATION).bytes, Buffer.alloc(0));
  writeLoginAck(tokens, login.tdsVersion);
  if (login.wantsUtf8) writeUtf8Ack(tokens);
  writeEnvText(tokens, EnvChange.packetSize, String(login.packetSize), String(DEFAULT_PACKET));
  writePlainDone(tokens, 0);
  writer.end();
  // The new size holds from the next message on.
  writer.packetSize = login.packetSize;
}

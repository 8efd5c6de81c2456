import type { LoginRequest } from '../engine.js';
import { DEFAULT_PACKET, MAX_PACKET, MIN_PACKET } from './packet.js';

/** FeatureExt ids that mean something here. */
const Feature = { fedAuth: 0x02, utf8: 0x0a } as const;

export const TDS_73A = 0x730a0003;
export const TDS_73B = 0x730b0003;
export const TDS_80 = 0x08000000;

/** A decoded LOGIN7 message. */
export interface Login7 {
  readonly request: LoginRequest;
  readonly tdsVersion: number;
  readonly packetSize: number;
  readonly language: string;
  readonly integratedSecurity: boolean;
  readonly federated: boolean;
  readonly wantsUtf8: boolean;
}

/** Passwords are veiled, not encrypted: nibbles swapped, then XOR 0xA5. */
function decodePassword(veiled: Buffer): string {
  const clear = Buffer.from(veiled);
  for (let index = 0; index < clear.length; index++) {
    const byte = clear.readUInt8(index) ^ 0xa5;
    clear[index] = ((byte << 4) | (byte >>> 4)) & 0xff;
  }
  return clear.toString('utf16le');
}

function requestedFeatures(payload: Buffer): Set<number> {
  const features = new Set<number>();
  if ((payload.readUInt8(27) & 0x10) === 0) return features;
  // The extension field holds the absolute offset of the block, which clients put in different places.
  let at = payload.readUInt32LE(payload.readUInt16LE(56));
  while (at + 5 <= payload.length && payload.readUInt8(at) !== 0xff) {
    features.add(payload.readUInt8(at));
    at += 5 + payload.readUInt32LE(at + 1);
  }
  return features;
}

function grantedPacketSize(asked: number): number {
  if (asked === 0) return DEFAULT_PACKET;
  return Math.min(MAX_PACKET, Math.max(MIN_PACKET, asked));
}

/**
 * Decodes LOGIN7.
 * @throws RangeError when its offsets point outside the message
 */
export function readLogin7(payload: Buffer): Login7 {
  const field = (at: number): Buffer => {
    const from = payload.readUInt16LE(at);
    const to = from + payload.readUInt16LE(at + 2) * 2;
    if (to > payload.length) throw new RangeError('A LOGIN7 field lies outside the message.');
    return payload.subarray(from, to);
  };
  const text = (at: number): string => field(at).toString('utf16le');
  const features = requestedFeatures(payload);
  return {
    request: {
      hostName: text(36),
      userName: text(40),
      password: decodePassword(field(44)),
      applicationName: text(48),
      database: text(68),
      readOnlyIntent: (payload.readUInt8(26) & 0x20) !== 0,
    },
    tdsVersion: payload.readUInt32LE(4),
    packetSize: grantedPacketSize(payload.readUInt32LE(8)),
    language: text(64) || 'us_english',
    integratedSecurity: (payload.readUInt8(25) & 0x80) !== 0,
    federated: features.has(Feature.fedAuth),
    wantsUtf8: features.has(Feature.utf8),
  };
}

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { type Kafka as KafkaClient } from 'kafkajs';
import lz4 from 'lz4-napi';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

// kafkajs brings gzip only. Both run in place: a codec on a worker thread would copy every batch twice.
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(lz4.compressFrameSync(encoder.buffer)),
  decompress: (buffer: Buffer) => Promise.resolve(lz4.decompressFrameSync(buffer)),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(zstdCompressSync(encoder.buffer)),
  decompress: (buffer: Buffer) => Promise.resolve(zstdDecompressSync(buffer)),
});

export type Compression = 'none' | 'lz4' | 'zstd';
const compressionTypes: Record<Compression, number> = {
  none: CompressionTypes.None,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};
/** kafkajs' number of a codec. */
export const compressionType = (compression: Compression): number => compressionTypes[compression];

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** First pause before a request is repeated, ms. Small: transactions answer CONCURRENT_TRANSACTIONS as a matter of course. */
  readonly initialRetryMs?: number;
}

/** A client with the settings that held under kill -9, rebalances and transactions (docs/adr/0004). */
export function createKafka(options: KafkaOptions): KafkaClient {
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 30_000,
    retry: {
      initialRetryTime: options.initialRetryMs ?? 50,
      maxRetryTime: 1000,
      retries: 20,
      multiplier: 1.5,
    },
  });
}

/** Settings of every consumer group here: a dead member is noticed in 6 s, and memory stays flat over 300 partitions. */
export const consumerDefaults = {
  sessionTimeout: 6000,
  heartbeatInterval: 1000,
  rebalanceTimeout: 5000,
  maxWaitTimeInMs: 250,
  metadataMaxAge: 3000,
  maxBytes: 8 * 1024 * 1024,
  maxBytesPerPartition: 256 * 1024,
} as const;

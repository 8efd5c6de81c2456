import type { Consumer, Kafka } from 'kafkajs';
import { signalSchema, type Signal } from '@thalamus/contracts';
import { consumerDefaults } from './kafka-connection.js';
import { translateKafkaError } from './kafka.errors.js';

export interface SignalConsumerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Signals of other sync groups are left alone. */
  readonly group: string;
  readonly groupId: string;
  /** Resolves with true once the signal has its effect. With false it comes again at the next owner. */
  readonly onSignal: (signal: Signal) => Promise<boolean>;
  /** A record that is no signal: told and left behind, for it will not get better. */
  readonly onUnreadable: (problem: string) => void;
}

/** Reads operators' signals, at least once each. Runs only at the owner of the sync group. */
export class SignalConsumer {
  private constructor(private readonly consumer: Consumer) {}

  static async start(options: SignalConsumerOptions): Promise<SignalConsumer> {
    const { kafka, topic, groupId } = options;
    const consumer = kafka.consumer({ ...consumerDefaults, groupId });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          const isOurs = message.key?.toString('utf8') === options.group;
          if (isOurs && !(await deliver(message.value, options))) return;
          const offset = (BigInt(message.offset) + 1n).toString();
          await consumer.commitOffsets([{ topic, partition, offset }]);
        },
      });
      return new SignalConsumer(consumer);
    } catch (error) {
      throw translateKafkaError(error, `reading signals from ${topic}`);
    }
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
  }
}

async function deliver(value: Buffer | null, options: SignalConsumerOptions): Promise<boolean> {
  if (value === null) return true;
  let signal: Signal;
  try {
    signal = signalSchema.parse(JSON.parse(value.toString('utf8')));
  } catch (error) {
    options.onUnreadable(error instanceof Error ? error.message : String(error));
    return true;
  }
  return options.onSignal(signal);
}

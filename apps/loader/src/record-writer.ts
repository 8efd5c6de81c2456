import { openProducer, translateKafkaError, type Kafka } from '@thalamus/kafka';

type Producer = ReturnType<Kafka['producer']>;

/** Writes records to control topics (rejected, signals): acknowledged by all replicas. */
export class RecordWriter {
  private constructor(private readonly producer: Producer) {}

  static async open(kafka: Kafka): Promise<RecordWriter> {
    return new RecordWriter(await openProducer(kafka));
  }

  async write(topic: string, records: readonly { key: string; value: string }[]): Promise<void> {
    if (records.length === 0) return;
    try {
      await this.producer.send({ topic, acks: -1, messages: records.map((record) => ({ ...record })) });
    } catch (error) {
      throw translateKafkaError(error, `writing to ${topic}`);
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}

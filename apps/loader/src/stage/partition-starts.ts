import { translateKafkaError, type Kafka } from '@thalamus/kafka';

type Admin = ReturnType<Kafka['admin']>;

/** Consumer group of the stage role. */
export const stageGroupId = (pipeline: string): string => `thalamus.loader.stage.${pipeline}`;

/** Where partitions stand in Kafka: what the group committed, and what is still there. */
export class PartitionStarts {
  private constructor(
    private readonly admin: Admin,
    private readonly groupId: string,
  ) {}

  static async open(kafka: Kafka, groupId: string): Promise<PartitionStarts> {
    const admin = kafka.admin();
    try {
      await admin.connect();
    } catch (error) {
      throw translateKafkaError(error, 'opening an admin client');
    }
    return new PartitionStarts(admin, groupId);
  }

  /**
   * Offset from which the group reads each partition of a topic: its commit, but not what retention has removed. The
   * difference stays uncovered, which is how apply learns of the loss.
   */
  async of(topic: string): Promise<ReadonlyMap<number, number>> {
    try {
      const [committed, present] = await Promise.all([
        this.admin.fetchOffsets({ groupId: this.groupId, topics: [topic] }),
        this.admin.fetchTopicOffsets(topic),
      ]);
      const starts = new Map(present.map(({ partition, low }) => [partition, Number(low)]));
      for (const { partitions } of committed)
        for (const { partition, offset } of partitions)
          starts.set(partition, Math.max(Number(offset), starts.get(partition) ?? 0));
      return starts;
    } catch (error) {
      throw translateKafkaError(error, `asking for offsets of ${topic}`);
    }
  }

  /** Oldest offset of each partition that Kafka still holds. */
  async logStarts(topic: string): Promise<ReadonlyMap<number, number>> {
    try {
      const present = await this.admin.fetchTopicOffsets(topic);
      return new Map(present.map(({ partition, low }) => [partition, Number(low)]));
    } catch (error) {
      throw translateKafkaError(error, `asking for the start of ${topic}`);
    }
  }

  async topicsMatching(pattern: RegExp): Promise<string[]> {
    try {
      return (await this.admin.listTopics()).filter((topic) => pattern.test(topic)).sort();
    } catch (error) {
      throw translateKafkaError(error, 'listing topics');
    }
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}

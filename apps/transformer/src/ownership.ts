import type { Kafka } from '@thalamus/kafka';

/**
 * A client whose consumers tell whether they were assigned a partition of `topic`. Replicas of the transformer are one
 * consumer group on the journal: the one that reads a partition runs the models, the others stand by.
 */
export function watchOwnership(kafka: Kafka, topic: string, onChange: (owner: boolean) => void): Kafka {
  const watched = Object.create(kafka) as Kafka;
  watched.consumer = (options) => {
    const consumer = kafka.consumer(options);
    const { GROUP_JOIN, REBALANCING, DISCONNECT, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => onChange((payload.memberAssignment[topic]?.length ?? 0) > 0));
    for (const lost of [REBALANCING, DISCONNECT, CRASH] as const) consumer.on(lost, () => onChange(false));
    return consumer;
  };
  return watched;
}

import {
  PipelineError,
  tableSchemaSchema,
  type TableId,
  type TableSchema,
  type Topics,
} from '@thalamus/contracts';
import type { TableShape } from '@thalamus/core/change';
import { readTopic, type Kafka, type OutgoingRecord, type TransactionalProducer } from '@thalamus/kafka';

/** Every shape a table ever had, as the schemas topic holds it. Ids count up per table. */
export class SchemaRegistry {
  private readonly schemas = new Map<TableId, TableSchema[]>();
  private unpublished: TableSchema[] = [];

  constructor(
    private readonly topic: string,
    schemas: Iterable<TableSchema> = [],
  ) {
    for (const schema of schemas) this.keep(schema);
  }

  /** Reads the schemas topic whole. @throws {PipelineError} THAL-K004 naming the offset */
  static async load(kafka: Kafka, topics: Topics): Promise<SchemaRegistry> {
    const schemas: TableSchema[] = [];
    await readTopic(kafka, topics.schemas, {
      until: 'end',
      onRecord: ({ value, offset }) => {
        if (value !== null) schemas.push(readSchema(value, topics.schemas, offset));
      },
    });
    return new SchemaRegistry(topics.schemas, schemas);
  }

  private keep(schema: TableSchema): void {
    const known = (this.schemas.get(schema.table) ?? []).filter((each) => each.id !== schema.id);
    this.schemas.set(schema.table, [...known, schema]);
  }

  byId(table: TableId, id: number): TableSchema | undefined {
    return this.schemas.get(table)?.find((schema) => schema.id === id);
  }

  require(table: TableId, id: number): TableSchema {
    const schema = this.byId(table, id);
    if (!schema) throw new PipelineError('THAL-X002', `schema ${id} of ${table} is not on ${this.topic}`);
    return schema;
  }

  /** The schema of this shape; a new id if the table never had it. New ones must be {@link publish}ed before use. */
  resolve(shape: TableShape): TableSchema {
    const known = this.schemas.get(shape.table) ?? [];
    const same = known.findLast((schema) => schema.fingerprint === shape.fingerprint);
    if (same) return same;
    const schema = { id: 1 + Math.max(0, ...known.map((each) => each.id)), ...shape };
    this.keep(schema);
    this.unpublished.push(schema);
    return schema;
  }

  /**
   * Publishes new schemas in a transaction of their own, before the first row that names them: whoever reads such a row
   * finds its schema.
   */
  async publish(producer: TransactionalProducer): Promise<TableSchema[]> {
    const schemas = this.unpublished;
    if (schemas.length === 0) return [];
    const transaction = await producer.begin();
    await transaction.send(schemas.map((schema) => this.record(schema)));
    await transaction.commit();
    this.unpublished = [];
    return schemas;
  }

  private record(schema: TableSchema): OutgoingRecord {
    return {
      topic: this.topic,
      partition: 0,
      key: `${schema.table}#${schema.id}`,
      value: JSON.stringify(schema),
    };
  }
}

function readSchema(value: Buffer, topic: string, offset: string): TableSchema {
  try {
    return tableSchemaSchema.parse(JSON.parse(value.toString('utf8')));
  } catch (error) {
    throw new PipelineError('THAL-K004', `${topic} offset ${offset} is not a table schema`, { cause: error });
  }
}

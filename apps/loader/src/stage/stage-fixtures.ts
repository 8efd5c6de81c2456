import { tableId, type ChangeEvent, type TableId, type TableSchema } from '@thalamus/contracts';
import type { KafkaMessage } from '@thalamus/kafka';
import type { Schemas } from './partition-stager.js';

/** Builders for specs. */
export const table: TableId = tableId('dbo', 'Interview');
export const topic = 'gme.gme.dbo.Interview';
export const schema: TableSchema = {
  id: 1,
  table,
  target: 'interview',
  columns: [
    {
      name: 'Id',
      target: 'id',
      sourceType: 'int',
      read: '{c}',
      warehouseType: 'INTEGER',
      nullable: false,
      keyOrdinal: 1,
    },
    {
      name: 'Name',
      target: 'name',
      sourceType: 'nvarchar(10)',
      read: '{c}',
      warehouseType: 'VARCHAR(30)',
      nullable: true,
      text: { maxChars: 5, maxBytes: 30 },
    },
  ],
  omitted: [],
  fingerprint: 'f1',
};

export const schemas: Schemas = {
  get: (_table, id) => ({ ...schema, id }),
  wait: (_table, id) => Promise.resolve({ ...schema, id }),
  tableOf: () => table,
};

export interface EventOptions {
  readonly op?: ChangeEvent['op'];
  readonly batch?: number;
  readonly generation?: number[];
  readonly schemaId?: number;
  readonly version?: number;
  readonly name?: string | null;
}

export function event(id: number, options: EventOptions = {}): ChangeEvent {
  const { op = 'u', batch = 1, generation = [1], schemaId = 1, version = 10, name = `n${id}` } = options;
  return {
    before: op === 'd' ? { Id: id } : null,
    after: op === 'd' ? null : { Id: id, Name: name },
    source: {
      version: '1',
      connector: 'thalamus-sqlserver-ct',
      name: 'gme',
      ts_ms: 0,
      snapshot: 'false',
      db: 'gme',
      schema: 'dbo',
      table: 'Interview',
      change_version: String(version),
      batch,
      generation,
      schema_id: schemaId,
    },
    op,
    ts_ms: 0,
  };
}

export function record(offset: number, value: ChangeEvent | string | null): KafkaMessage {
  const id = value !== null && typeof value !== 'string' ? (value.after ?? value.before)?.['Id'] : 0;
  return {
    key: Buffer.from(JSON.stringify([id])),
    value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    offset: String(offset),
    timestamp: '0',
    attributes: 0,
    headers: {},
  };
}

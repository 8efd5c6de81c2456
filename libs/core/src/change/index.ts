export {
  canonicalKeyText,
  EventShaper,
  quoteJson,
  type EventOrigin,
  type EventStamp,
  type EventWriter,
  type SourceRow,
} from './event-writer.js';
export { matchesTable, nameCollisions, toWarehouseName } from './naming.js';
export type { SourceColumn, SourceTable } from './source-table.js';
export {
  buildTableShape,
  compareShapes,
  refuseTableCollisions,
  type ShapeChange,
  type TableShape,
} from './table-schema.js';
export {
  keyColumns,
  mapType,
  wireForm,
  type MappedType,
  type TypeDecision,
  type WireForm,
} from './type-map.js';

export {
  addToBatch,
  currentBatch,
  decideSeal,
  mergeOffsets,
  sealBatch,
  type AcknowledgedRows,
  type BatchLimits,
  type SealReason,
} from './batch.js';
export {
  applyChunk,
  applyPlan,
  emptyCheckpoint,
  stopLoads,
  type ChunkProgress,
} from './checkpoint-transition.js';
export { planChunks, PublishedKeys, type ChunkPlan } from './chunk-plan.js';
export type { Observation, ObservedShape, ObservedTable } from './observation.js';
export {
  blindTables,
  planPoll,
  type FollowedTable,
  type PollInput,
  type PollPlan,
  type StartedGeneration,
} from './poll-plan.js';
export { nextPause } from './poll-pause.js';
export { countedReloads, isAutomatic, type ReloadPolicy } from './reload-cap.js';
export {
  changeRowColumnsAt,
  changeRowLayout,
  type Chunk,
  type ChunkRequest,
  type DiscoveredTable,
  type Isolation,
  type Source,
  type SourceSession,
} from './source-port.js';

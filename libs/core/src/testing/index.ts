export { intColumn, SourceModel, type ModelChange, type ModelRow } from './source-model.js';

export {
  splitModelTable,
  type ModelCheck,
  type ModelColumn,
  type ModelInput,
  type ModelSpec,
} from './model-spec.js';
export { learn, nothingKnown, type AppliedTables, type InputKnowledge } from './input-knowledge.js';
export { planRun, stagingInputs, type PlanRunInput, type RunPlan, type TableUnload } from './run-plan.js';

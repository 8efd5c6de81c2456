import { PipelineError, type PipelineConfig } from '@thalamus/contracts';

/** Warehouse schemas of the models' layers. */
export class Schemas {
  private readonly byLayer: ReadonlyMap<string, string>;

  constructor(warehouse: PipelineConfig['warehouse']) {
    this.byLayer = new Map([
      ['tastg', warehouse.stagingSchema],
      ['tadw', warehouse.modelSchema],
      ['tarpt', warehouse.reportSchema],
    ]);
  }

  /** @throws PipelineError THAL-C002 for a layer that does not exist */
  of(layer: string): string {
    const schema = this.byLayer.get(layer);
    if (schema === undefined)
      throw new PipelineError(
        'THAL-C002',
        `there is no layer ${layer}; models and inputs are of tastg, tadw or tarpt`,
      );
    return schema;
  }

  /** Schemas that models are published to. */
  get published(): string[] {
    return [...new Set([this.of('tadw'), this.of('tarpt')])];
  }
}

import { PipelineError } from '@thalamus/contracts';
import type { ComputeBackend } from './compute-backend.js';
import { LocalBackend } from './local.backend.js';
import { StandaloneBackend } from './standalone.backend.js';

export interface BackendOptions {
  readonly backend: 'local' | 'standalone' | 'emr-serverless';
  /** Address of the warm driver, or of the cluster's master (`spark://host:7077`). */
  readonly url: string;
}

/** @throws PipelineError THAL-X001 for a backend that is not built yet, or an address that does not fit it */
export function createBackend({ backend, url }: BackendOptions): ComputeBackend {
  switch (backend) {
    case 'local':
      return new LocalBackend(url);
    case 'standalone':
      if (!url.startsWith('spark://'))
        throw new PipelineError(
          'THAL-X001',
          `THALAMUS_SPARK_URL is ${url}; for transform.backend standalone it is the master: spark://host:7077`,
        );
      return new StandaloneBackend({ master: url });
    case 'emr-serverless':
      throw new PipelineError(
        'THAL-X001',
        'transform.backend emr-serverless is not built yet; set it to local or standalone in pipeline.yaml',
      );
  }
}

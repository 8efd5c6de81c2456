import { createBackend } from './create-backend.js';
import { LocalBackend } from './local.backend.js';
import { StandaloneBackend } from './standalone.backend.js';

describe('createBackend', () => {
  it('makes what is configured', () => {
    expect(createBackend({ backend: 'local', url: 'http://127.0.0.1:8998' })).toBeInstanceOf(LocalBackend);
    expect(createBackend({ backend: 'standalone', url: 'spark://m:7077' })).toBeInstanceOf(StandaloneBackend);
  });

  it('refuses by name what is not built, and addresses that do not fit', () => {
    expect(() => createBackend({ backend: 'emr-serverless', url: '' })).toThrow(
      /emr-serverless is not built yet/,
    );
    expect(() => createBackend({ backend: 'standalone', url: 'http://x' })).toThrow(
      /THALAMUS_SPARK_URL is http:\/\/x; .* spark:\/\/host:7077/,
    );
  });
});

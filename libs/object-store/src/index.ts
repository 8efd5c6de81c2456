export * from './manifest.js';
export * from './object-store.client.js';
export * from './object-store.errors.js';

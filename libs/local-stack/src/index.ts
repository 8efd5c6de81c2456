export { startStack } from './stack.js';
export type { LocalStack, ServiceStatus, StackOptions, StackService } from './stack.js';
export { componentNames } from './component-catalogue.js';
export type { ComponentName } from './component-catalogue.js';
export type { Login, StackEndpoints } from './endpoints.js';
export { StackError } from './local-stack.errors.js';
export { cloneRoot, defaultStackDir } from './stack-paths.js';

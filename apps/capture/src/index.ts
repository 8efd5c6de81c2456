export { CaptureModule } from './capture.module.js';
export { CaptureRunner, type CaptureDependencies } from './capture.runner.js';

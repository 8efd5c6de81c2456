export { createEngine, type EngineOptions } from './create-engine.js';
export { startEmulator, type Emulator, type EmulatorOptions } from './emulator.js';
export type * from './engine.js';
export { LoginFailure } from './engine.js';
export type { ErrorMood, MoodRequest, Moods } from './moods.js';
export type { TlsMode } from './protocol/prelogin.js';
export { startServer, type RunningServer, type ServerOptions } from './server.js';

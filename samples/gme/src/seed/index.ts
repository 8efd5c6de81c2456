export { seedSample, type SeedOptions, type SeedProgress, type SeedResult } from './seed-sample.js';
export { scaleNames, scales, seasons, seededUntil, type Scale, type ScaleName } from './scale.js';
export { sampleRows } from './rows.js';

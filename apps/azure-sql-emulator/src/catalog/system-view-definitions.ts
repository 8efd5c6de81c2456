import { columnViews } from './views/column-views.js';
import { compatibilityViews } from './views/compatibility-views.js';
import { constraintViews } from './views/constraint-views.js';
import { databaseViews } from './views/database-views.js';
import { indexViews } from './views/index-views.js';
import { informationSchemaViews } from './views/information-schema-views.js';
import { objectViews } from './views/object-views.js';
import { trackingViews } from './views/tracking-views.js';
import type { ViewDefinitions } from './views/shared.js';

/** Every system view, by `schema.name` in lower case. */
export const catalogViews: ViewDefinitions = {
  ...objectViews,
  ...columnViews,
  ...indexViews,
  ...constraintViews,
  ...databaseViews,
  ...trackingViews,
  ...compatibilityViews,
  ...informationSchemaViews,
};

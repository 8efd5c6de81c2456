"""Models of the warehouse's tables and reports, and the Spark jobs that compute them."""

"""The whole HTTP API, by its own OpenAPI document, as every role there is."""

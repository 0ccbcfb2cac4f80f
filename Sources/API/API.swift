// The API.

"""The Flask shell: routing tables, the request's runtime, forms, error pages, headers, words and templates."""

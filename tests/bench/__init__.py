"""``make bench``: CPU time per request on a real community, beside the budgets, in a form that two versions share."""

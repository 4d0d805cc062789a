"""HTTP for the desk and for the agreements behind it."""

"""From what people write to what pages print: one renderer, one sanitiser, run when a text is written.

Raw Markdown stays the truth; the safe HTML beside it carries the version of the renderer that made it.
"""

"""Who is told what, where and when.

An *item* of somebody's inbox is about one thread (or one badge) and says the latest that happened in it and why the
person is told. It *needs* them or is for their information; they put it away (*done*), off (*later*), or stop hearing
of the thread (*muted*). A *letter* is the same by e-mail, for the kinds a person wants.

Invariants: one item for one person and topic; one fact reaches one person at most once, however often it is delivered;
nobody is told of their own acts, nor of what they may not read, when it is written and again when it is shown.
"""

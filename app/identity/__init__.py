"""People, the groups and roles they have, and how they prove who they are.

A *person* signs in with e-mail and password; each *sign-in* is a row that can be listed and revoked. A *group* holds
people; a *role* (moderator, agent, administrator) is granted and taken away with an audit entry. E-mail addresses are
unique without regard to case; a handle is unique, stable and safe in a URL.
"""

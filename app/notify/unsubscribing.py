"""Links in letters that stop one kind of letter without signing in: signed, and good for nothing else."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer

from app.kernel.errors import NotFound


class UnsubscribeLinks:
    """Makes and opens the links; the key is the site's secret key. They don't expire: letters are kept for years."""

    def __init__(self, key: str) -> None:
        self._signer = URLSafeSerializer(key, salt="notify.unsubscribe")

    def make(self, user_id: int, kind: str) -> str:
        """Return the token of a link."""
        return str(self._signer.dumps([user_id, kind]))

    def open(self, token: str) -> tuple[int, str]:
        """Return whose link it is and what it stops.

        Raises:
            NotFound: when we did not make it.

        """
        try:
            user_id, kind = self._signer.loads(token)
        except (BadSignature, ValueError, TypeError) as error:
            raise NotFound from error
        return int(user_id), str(kind)

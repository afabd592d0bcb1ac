"""Buttons, which say what could be typed as well."""

from __future__ import annotations

from bilik.domain.choice import Resolution
from bilik.domain.election import Election
from bilik.services import buttons, sessions
from bilik.services.booth.casting import Casting
from bilik.services.booth.choosing import Choosing
from bilik.services.buttons import Button, Press
from bilik.services.outcomes import Kind, Outcome
from bilik.services.sessions import Session


class Pressing(Choosing, Casting):
    """What a press of one does."""

    def press(self, sender: str, text: str) -> Outcome:
        """Do what the button does whose payload the message is, as if it had been typed.

        A payload of an older set, of another chat, used before or made up does nothing.
        """
        readback, button = self._look_for_button(sender, text)
        if button and button.press is Press.CONFIRM:

            def agrees(session: Session, election: Election) -> bool:
                return buttons.pressed(text, session, election) == button

            return self._cast(sender, readback, agrees)
        with self._voting(sender) as (connection, session, now, stopped):
            if stopped:
                gone = stopped.kind in (Kind.NEED_IDENTITY, Kind.EXPIRED)
                return Outcome(Kind.BUTTON_GONE, stopped.scene) if gone else stopped
            election = self._election_of(connection, session)
            button = buttons.pressed(text, session, election)
            match button.press if button else None:
                case Press.CHOOSE if button and button.contest and button.selection is not None:
                    taken = Resolution({button.contest: button.selection})
                    session.selections.update(taken.accepted)
                    return self._go_on(connection, sender, session, election, now, taken)
                case Press.CHANGE if button:
                    contest = button.contest
                    return self._change(connection, sender, session, election, contest, now)
                case Press.STOP:
                    sessions.forget(connection, self._keys.sender_hash(sender))
                    scene = self._scene(connection, Session(election_id=session.election_id), now)
                    return Outcome(Kind.STOPPED, scene)
                case _:
                    scene = self._scene(connection, session, now)
                    return Outcome(Kind.BUTTON_GONE, scene)

    def _look_for_button(self, sender: str, text: str) -> tuple[str | None, Button | None]:
        """The read-back that the voter has before them, and the button that was pressed."""
        with self._database.read() as connection:
            sender_hash = self._keys.sender_hash(sender)
            session = sessions.load(connection, self._keys, sender_hash, self._clock())
            if session.election_id is None:
                return None, None
            election = self._election_of(connection, session)
            return session.readback, buttons.pressed(text, session, election)

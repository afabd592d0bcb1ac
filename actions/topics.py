"""Topics with one fixed answer each, whose words stand in `answers.yml`."""

from __future__ import annotations

from abc import ABC, abstractmethod

from actions import replies
from actions.questions import Question
from actions.replies import Reply
from actions.voter_action import Visit


class Topic(Question, ABC):
    """Says its one answer, and leads back."""

    @property
    @abstractmethod
    def says(self) -> str:
        """The answer's name in `answers.yml`."""

    def reply(self, visit: Visit) -> list[Reply]:
        """The answer."""
        return [replies.reply(self.says, visit.scene)]


class HowTo(Topic):
    """How to vote."""

    says = "how_to"


class Eligibility(Topic):
    """Am I on the roll?"""

    says = "eligibility"


class Human(Topic):
    """To speak to a person."""

    says = "human"


class ReportProblem(Topic):
    """Technical trouble."""

    says = "report_problem"


class ReportViolation(Topic):
    """Something unlawful to report."""

    says = "report_violation"


class AboutBot(Topic):
    """Who are you?"""

    says = "about_bot"


class Recommendation(Topic):
    """Whom shall I choose?"""

    says = "recommendation"


class Neutral(Topic):
    """Talk about a candidate, which is no choice."""

    says = "neutral"


class TakeTime(Topic):
    """Doubt."""

    says = "take_time"


class Thanks(Topic):
    """Thanks in the middle of a vote."""

    says = "thanks"


class Calm(Topic):
    """Swearing."""

    says = "calm"


class OffTopic(Topic):
    """Anything that has nothing to do with the election."""

    says = "off_topic"

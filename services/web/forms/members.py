"""Forms about roles and invitations."""

from typing import Annotated, Literal

from pydantic import Field

from services.web.forms.accounts import FormModel, Line
from shared.contracts.accounts import Role

Reason = Annotated[Line, Field(max_length=500)]


class GrantForm(FormModel):
    """A member's role, to be another."""

    member_uid: Annotated[Line, Field(min_length=1, max_length=64)]
    role: Role
    reason: Reason = ""


class RevokeRoleForm(FormModel):
    """A member who is to be none any more."""

    member_uid: Annotated[Line, Field(min_length=1, max_length=64)]
    reason: Reason = ""


class InviteForm(FormModel):
    """Whom to invite: an account name, or an e-mail address where there is an @ in it."""

    invitee: Annotated[Line, Field(min_length=1, max_length=254)]
    role: Role


class InvitationForm(FormModel):
    """An invitation that something is to be done with."""

    invitation_uid: Annotated[Line, Field(min_length=1, max_length=64)]


class AnswerForm(InvitationForm):
    """The answer to an invitation."""

    answer: Literal["accept", "decline"]

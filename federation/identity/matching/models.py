"""By what does the hub find registrations that may be of one person, and by what does it judge them?"""

from datetime import datetime

from sqlalchemy import BigInteger, Double, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class CandidateKey(Model):
    """What registrations of one person mostly have in common, as a keyed hash of 64 bits (`keys`); each has several."""

    __tablename__ = "candidate_key"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    registration_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class ValueCount(Model):
    """In how many registrations a name, a reading or a birth date stands; `value` is its keyed hash of 64 bits (`counting`)."""

    __tablename__ = "value_count"

    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    records: Mapped[int] = mapped_column(BigInteger)


class MatchingModel(Model):
    """A model that was learnt from this federation's registrations; the last is used. `body` is the model as JSON."""

    __tablename__ = "matching_model"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(40), unique=True)
    body: Mapped[str] = mapped_column(Text)
    records: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class MatchingPolicy(Model):
    """The thresholds by which is decided; the newest counts (`policies` says what each means). Weights are bits."""

    __tablename__ = "matching_policy"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    auto_weight: Mapped[float] = mapped_column(Double)
    review_weight: Mapped[float] = mapped_column(Double)
    conflict_weight: Mapped[float] = mapped_column(Double)
    contradiction_weight: Mapped[float] = mapped_column(Double)
    margin_weight: Mapped[float] = mapped_column(Double)
    most_registrations: Mapped[int] = mapped_column(Integer)
    most_candidates: Mapped[int] = mapped_column(Integer)
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

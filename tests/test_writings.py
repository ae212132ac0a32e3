"""What is written into a town's database is noticed, and nothing else."""

from sqlalchemy import delete, update

from kern.accounts.models import Party
from kern.db import db
from kern.town import Town
from tests.builders import make_party
from tests.writings import watching_town


def test_each_row_that_comes_changes_or_goes_is_noticed(town: Town) -> None:
    with watching_town() as writings:
        make_party("Jana")
        db.session.commit()
        assert writings.happened()

        for change in (update(Party).values(name="Hannes"), delete(Party)):
            writings.forget()
            db.session.execute(change)
            db.session.commit()
            assert writings.happened()


def test_who_reads_or_thinks_better_of_it_has_written_nothing(town: Town) -> None:
    make_party("Jana")
    db.session.commit()
    with watching_town() as writings:
        db.session.execute(update(Party).values(name="Hannes"))
        db.session.rollback()
        assert db.session.query(Party).one().name == "Jana"
        assert not writings.happened()

"""The words of the demo town: enough of them, all different, and about nobody real."""

import re
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from beteiligung.discussion import rules
from beteiligung.discussion.models import Outcome
from kern.accounts.models import PartyKind, Source
from kern.accounts.permissions import Role
from kern.scope import Act, ScopeState
from kern.settings import fields
from portal.betrieb.demo.tables import DemoTextError
from portal.betrieb.demo.texts import (
    FOLDER,
    DemoTexts,
    PhaseText,
    PostState,
    PostText,
    ProjectText,
    ThreadText,
    read_demo_texts,
)

PICTURES = Path(__file__).parents[2] / "static" / "img" / "demo"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def texts() -> DemoTexts:
    return read_demo_texts()


def everything() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.toml")))


def copy_with(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "texts"
    shutil.copytree(FOLDER, folder)
    source = (folder / name).read_text("utf-8")
    assert old in source
    (folder / name).write_text(source.replace(old, new, 1), "utf-8")
    return folder


def covers(phase: PhaseText, age: timedelta) -> bool:
    """Whatever the time of day is when the town is filled."""
    return phase.start <= -age.days - bool(age % DAY) and -age.days <= phase.end


def later_than_post(post: PostText) -> list[timedelta]:
    reactions = [each.age for each in (post.answer, post.outcome) if each]
    return reactions + ([post.edited] if post.edited else [])


def test_there_are_more_than_four_hundred_different_texts(texts: DemoTexts) -> None:
    words = Counter(re.sub(r"\W+", " ", post.text).casefold().strip() for post in texts.posts())
    assert [text for text, number in words.items() if number > 1] == []
    assert len(words) >= 410


def test_most_posts_are_more_than_a_remark(texts: DemoTexts) -> None:
    posts = list(texts.posts())
    assert sum(post.reply_to is None for post in posts) >= 220
    assert sum(post.reply_to is not None for post in posts) >= 180
    assert sum(len(post.text) >= 100 for post in posts) >= 190
    assert max(len(post.text) for post in posts) <= rules.MAX_POST


@pytest.mark.parametrize("state", PostState)
def test_every_state_is_there(texts: DemoTexts, state: PostState) -> None:
    assert sum(post.state == state for post in texts.posts()) >= 3


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_there(texts: DemoTexts, outcome: Outcome) -> None:
    found = [post.outcome for post in texts.posts() if post.outcome]
    assert sum(each.kind == outcome for each in found) >= 3
    assert all(each.reason for each in found)


@pytest.mark.parametrize("source", [Source.WEB, Source.PAPER, Source.PHONE, Source.COUNTER])
def test_people_come_on_every_way(texts: DemoTexts, source: Source) -> None:
    assert sum(post.source == source for post in texts.posts()) >= 3


def test_offices_answer_in_posts_and_in_threads(texts: DemoTexts) -> None:
    threads = [thread for project in texts.projects for thread in project.threads]
    assert sum(post.answer is not None for post in texts.posts()) >= 30
    assert sum(bool(thread.answers) for thread in threads) >= 3
    assert sum(thread.outcome is not None for thread in threads) >= 3
    assert any(answer.pinned for thread in threads for answer in thread.answers)
    assert any(thread.closed for thread in threads)
    assert any(thread.waiting for thread in threads)


def test_projects_stand_in_every_state(texts: DemoTexts) -> None:
    assert len(texts.projects) >= 7
    assert {project.state for project in texts.projects} == set(ScopeState)
    assert len({project.slug for project in texts.projects}) == len(texts.projects)
    for project in texts.projects:
        assert 2 <= len(project.threads) <= 5, project.slug
        assert project.decidable
        assert project.fixed
        assert project.documents
        assert 3 <= project.text.count("\n\n") + 1 <= 6, project.slug


def test_one_project_runs_and_one_is_still_to_come(texts: DemoTexts) -> None:
    public = [each for each in texts.projects if each.state == ScopeState.PUBLISHED]
    assert any(phase.start <= 0 <= phase.end for each in public for phase in each.phases)
    assert any(each.phases[0].start > 0 for each in public)
    for project in texts.projects:
        edges = [day for phase in project.phases for day in (phase.start, phase.end)]
        assert edges == sorted(edges), project.slug


def test_every_picture_is_drawn_and_described(texts: DemoTexts) -> None:
    named = {project.picture: project.picture_alt for project in texts.projects}
    named[texts.picture] = texts.picture_alt
    assert len(named) == len(texts.projects) + 1
    for name, alt in named.items():
        assert (PICTURES / name).is_file(), name
        assert len(alt) > 20, name


def test_a_post_is_written_while_a_phase_allows_it(texts: DemoTexts) -> None:
    for project in texts.projects:
        open_phases = [phase for phase in project.phases if Act.DISCUSS in phase.acts]
        for post in (post for thread in project.threads for post in thread.posts):
            assert any(covers(phase, post.age) for phase in open_phases), post.key


def test_nobody_opens_a_thread_where_only_the_office_may(texts: DemoTexts) -> None:
    for project in texts.projects:
        phases = [phase for phase in project.phases if Act.OPEN_THREAD in phase.acts]
        for thread in project.threads:
            open_to_all = any(covers(phase, thread.age) for phase in phases)
            assert thread.opened_by is None or open_to_all, thread.key
            assert len(thread.title) <= rules.MAX_TITLE


def test_a_thread_comes_before_its_posts_and_a_post_before_its_replies(texts: DemoTexts) -> None:
    for project in texts.projects:
        for thread in project.threads:
            check_order(project, thread)


def check_order(project: ProjectText, thread: ThreadText) -> None:
    ages = {post.key: post.age for post in thread.posts}
    states = {post.key: post.state for post in thread.posts}
    for answer in thread.answers:
        assert answer.age < thread.age, thread.key
    for post in thread.posts:
        assert post.age < thread.age, post.key
        assert all(age < post.age for age in later_than_post(post)), post.key
        if post.reply_to is not None:
            assert post.age < ages[post.reply_to], post.key
            assert states[post.reply_to] not in {PostState.WAITING, PostState.REJECTED}, post.key


def test_everybody_has_a_name_of_their_own(texts: DemoTexts) -> None:
    names = [each.name.casefold() for each in texts.citizens]
    names += [each.name.casefold() for each in texts.staff]
    assert len(texts.citizens) >= 60
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 60
    assert sum(each.kind == PartyKind.ASSOCIATION for each in texts.citizens) >= 5


def test_somebody_can_log_in_in_every_role(texts: DemoTexts) -> None:
    assert {each.role for each in texts.staff} == set(Role) - {Role.GUEST}
    own = [post for post in texts.posts() if post.author == "buergerin"]
    assert {post.state for post in own} >= {PostState.PUBLIC, PostState.WAITING, PostState.REJECTED}
    assert any(post.outcome for post in own)


def test_the_town_can_be_stored_as_it_is(texts: DemoTexts) -> None:
    for key, value in texts.settings.items():
        assert fields.BY_KEY[key].check(value) == value, key
    assert {"imprint", "privacy", "howto", "accessibility", "netiquette"} <= set(texts.settings)
    assert [rule.number for rule in texts.rules] == [1, 2, 3, 4, 5, 6, 7]
    for key in ("imprint", "privacy", "accessibility"):
        assert "Mustertext der Demostadt" in texts.settings[key]


def test_every_rule_in_use_was_broken_by_somebody(texts: DemoTexts) -> None:
    assert {post.rule for post in texts.posts() if post.rule} == {1, 2, 3, 4, 5, 6, 7}


def test_no_address_or_number_is_anybodys() -> None:
    words = everything()
    assert set(re.findall(r"[\w.+-]+@([\w.-]*\w)", words)) == {"lindenau.example"} | set(
        re.findall(r"@(post\.lindenau\.example)", words)
    )
    hosts = re.findall(r"https?://([^/\s\")]+)", words)
    assert hosts
    assert all(host.endswith(".example") for host in hosts)
    numbers = re.findall(r"(?<![\d.])(?:\+49|0)[\d /-]{6,}\d", words)
    assert numbers
    assert all(number.startswith("04555 01 ") for number in numbers), numbers


def test_no_post_says_what_the_machine_is(texts: DemoTexts) -> None:
    banned = re.compile(r"lorem|todo|platzhalter|claude|chatgpt|\bKI\b", re.IGNORECASE)
    assert [post.key for post in texts.posts() if banned.search(post.text)] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("projects/radweg/strecke.toml", '"waiting"', '"dreaming"', "state knows no 'dreaming'"),
        ("projects/radweg/strecke.toml", '"teilweise"', '"vielleicht"', "kind knows no"),
        ("projects/radweg/strecke.toml", '"hilde"', '"niemand"', "nobody is called 'niemand'"),
        ("projects/radweg/strecke.toml", '"21d"', '"drei"', "age must look like"),
        ("projects/radweg/strecke.toml", "votes =", "stimmen =", "unknown keys \\['stimmen'\\]"),
        ("projects/radweg/strecke.toml", "rule = 1", "rule = 9", "there is no rule 9"),
        ("projects/radweg/strecke.toml", "rule = 1\n", "", "rule and reason do not fit"),
        ("projects/radweg/project.toml", '"vote"', '"sing"', "acts knows no \\['sing'\\]"),
        ("projects/radweg/project.toml", '"querungen", ', "", "threads and files do not fit"),
        ("people.toml", 'role = "planner"', 'role = "king"', "role knows no 'king'"),
        ("town.toml", "picture =", "bild =", "picture must be str"),
    ],
)
def test_a_slip_in_a_file_is_named(
    tmp_path: Path, name: str, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(DemoTextError, match=complaint):
        read_demo_texts(copy_with(tmp_path, name, old, new))

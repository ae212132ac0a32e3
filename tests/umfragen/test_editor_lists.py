"""Quotas, long lists, texts meant for the public and files to take along, in the editor."""

import io
import zipfile

from PIL import Image

from kern.db import db
from kern.town import Town
from tests.umfragen.editor import ACCESS, EDIT, draft, form_of, key_of
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import options, question
from tests.visitors import Visitor
from umfragen import service
from umfragen.definition import QuotaAct
from umfragen.definition.questions import Single
from umfragen.models import Survey

SLUG = "spielplatz-ahornweg"
STREETS = "\n".join(f"Straße {at}" for at in range(1, 121))


def png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (300, 90), "purple").save(data, "PNG")
    return data.getvalue()


def listed(name: str = "weg") -> list[str]:
    asked = next(found for found in draft().questions() if found.name == name)
    assert isinstance(asked, Single)
    return [option.text.say("de") for option in asked.options if not option.retired]


def numbers(name: str = "weg") -> list[str]:
    asked = next(found for found in draft().questions() if found.name == name)
    assert isinstance(asked, Single)
    return [f"{option.code}" for option in asked.options]


def change(office: Visitor, **values: object) -> int:
    path = f"{EDIT}/frage/{key_of('weg')}/options/liste"
    return office.post(path, {**form_of(office, path), **values}).status_code


def test_a_long_list_is_pasted_sorted_moved_and_thinned_out_and_all_of_it_taken_back(
    office: Visitor, survey: Survey
) -> None:
    assert change(office, tun="einfuegen", pasted=STREETS) == 303
    assert len(listed()) == 122
    codes = numbers()
    assert change(office, tun="entfernen", wahl=codes[:2]) == 303
    assert listed()[:2] == ["Straße 1", "Straße 2"]

    assert change(office, tun="platz", platz="3", wahl=[codes[-1], codes[-2]]) == 303
    assert listed()[2:4] == ["Straße 119", "Straße 120"]  # together, in the order they had
    assert change(office, tun="oben", wahl=[codes[-1]]) == 303
    assert change(office, tun="runter", wahl=[codes[-1]]) == 303
    assert listed()[:2] == ["Straße 1", "Straße 120"]
    assert change(office, tun="unten", wahl=[codes[-1]]) == 303
    assert listed()[-1] == "Straße 120"
    assert change(office, tun="az") == 303
    assert listed()[:3] == ["Straße 1", "Straße 10", "Straße 100"]
    assert change(office, tun="umkehren") == 303
    assert listed()[0] == "Straße 99"

    page = office.get(f"{EDIT}/frage/{key_of('weg')}/options/liste").text
    back = page.split('action="', 2)[2].split('"', 1)[0]
    assert "bearbeiten/zurueck" in page
    back = next(
        part.split('"', 1)[0] for part in page.split('action="') if "/zurueck" in part[:80]
    ).replace("&amp;", "&")
    undone = office.post(back)
    assert undone.location.endswith(f"/frage/{key_of('weg')}/options/liste")
    assert listed()[0] == "Straße 1"


def test_texts_of_a_list_are_saved_with_whatever_is_done(office: Visitor, survey: Survey) -> None:
    one, two = numbers()
    typed = {f"options-{one}": "Mit dem Rad", f"options-{two}": "Mit dem Bus"}
    assert change(office, tun="runter", wahl=[one], **typed) == 303
    assert listed() == ["Mit dem Bus", "Mit dem Rad"]


def test_a_list_says_what_is_missing(office: Visitor, survey: Survey) -> None:
    path = f"{EDIT}/frage/{key_of('weg')}/options/liste"
    for values, sentence in (
        ({"tun": "oben"}, "Bitte wählen Sie zuerst Einträge der Liste aus."),
        ({"tun": "platz", "wahl": numbers()[:1], "platz": "x"}, "die Nummer des Platzes"),
        ({"tun": "entfernen", "wahl": numbers()}, "Eine Antwort muss bleiben."),
        ({"tun": "einfuegen", "pasted": ""}, "Hier steht noch keine Antwort."),
    ):
        refused = office.post(path, {**form_of(office, path), **values})
        assert refused.status_code == 422
        assert sentence in refused.text


def test_a_quota_is_set_counted_and_said_to_those_it_sends_away(
    office: Visitor, survey: Survey
) -> None:
    key = key_of("weg")
    form = {"name": "Radler", "limit": "1", "act": "end", "active": "y", "text": "Genug Räder."}
    refused = office.post(f"{EDIT}/quoten/neu", form)
    assert refused.status_code == 422
    assert "mindestens eine Antwort" in refused.text
    assert office.post(f"{EDIT}/quoten/neu", {**form, f"wer-{key}": ["1"]}).status_code == 303
    (quota,) = draft().quotas
    assert (quota.name, quota.limit, quota.act) == ("Radler", 1, QuotaAct.END)
    assert [(member.key, member.code) for member in quota.members] == [(key, 1)]
    assert "Radler" in office.get(f"{EDIT}/quoten").text

    again = office.get(f"{EDIT}/quoten/0")
    assert 'value="1" checked' in again.text
    assert office.post(f"{EDIT}/quoten/neu", {**form, f"wer-{key}": ["2"]}).status_code == 422
    assert office.post(f"{EDIT}/quoten/0/entfernen").status_code == 303
    assert draft().quotas == ()


def test_a_full_quota_is_told_on_the_page_that_meets_it(office: Visitor, town: Town) -> None:
    asked = question("single", "weg", options=options("rad", "bus"))
    members = [{"key": 2, "code": 1}]
    quota = {"name": "Radler", "limit": 1, "members": members, "text": "Genug Räder."}
    open_one = make_open_survey([asked], [question("yes_no", "ende")], quotas=[quota])
    slug, key = open_one.slug, next(service.plan_of(open_one).questions.values().__iter__()).key
    assert key == 2
    db.session.commit()

    def walk(code: str) -> str:
        page = office.post(f"/umfragen/{slug}/ausfuellen").location
        answer = office.post(page, {f"f{key}": code, "weg": "weiter"})
        if answer.status_code == 303:
            return office.post(f"{page.rpartition('/')[0]}/absenden").text
        return answer.text

    assert "sind angekommen" in walk("1")
    full = walk("1")
    assert "Genug Räder." in full
    assert "Antworten löschen" in full
    assert "sind angekommen" in walk("2")


def test_texts_meant_for_the_public_are_chosen_where_privacy_is(
    office: Visitor, survey: Survey
) -> None:
    wish = key_of("wunsch")
    assert "Frage wunsch?" in office.get(ACCESS).text
    form = {"level": "0", "sampling": "self", "k_total": "20", "k_min": "5"}
    assert office.post(ACCESS, {**form, "public_texts": f"{wish}"}).status_code == 303
    assert service.settings_of(service.get_survey(survey.slug)).public_texts == (wish,)
    assert office.post(ACCESS, {**form, "public_texts": "999"}).status_code == 422
    assert office.post(ACCESS, form).status_code == 303
    assert service.settings_of(service.get_survey(survey.slug)).public_texts == ()


def test_the_survey_is_taken_along_in_every_format(office: Visitor, survey: Survey) -> None:
    page = office.get(f"{EDIT}/mitnehmen").text
    assert "XLSForm" in page
    assert office.get(f"{EDIT}/datei/lss").data.startswith(b"<?xml")
    assert office.get(f"{EDIT}/datei/json").json is not None
    form = office.get(f"{EDIT}/datei/xlsx")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(form.data)).namelist()
    assert office.get(f"{EDIT}/datei/exe").status_code == 404


def test_a_survey_has_a_colour_that_can_be_read_and_a_logo(office: Visitor, survey: Survey) -> None:
    path = f"{EDIT}/darstellung"
    weak = office.post(path, {"accent": "#ffee00"})
    assert weak.status_code == 422
    assert 'id="accent-fehler"' in weak.text
    assert office.post(path, {"accent": "blau"}).status_code == 422
    picture = (io.BytesIO(png()), "logo.png")
    nameless = office.post(path, {"accent": "", "logo": picture})
    assert nameless.status_code == 422
    assert "Bitte beschreiben Sie das Logo" in nameless.text
    picture = (io.BytesIO(png()), "logo.png")
    form = {"accent": "#7A1F5C", "logo": picture, "logo_alt": "Schule am Ahornweg"}
    assert office.post(path, form).status_code == 303

    start = office.get(f"/umfragen/{SLUG}").text
    assert 'alt="Schule am Ahornweg"' in start
    sheet = office.get(f"/umfragen/{SLUG}/farben.css?v=7a1f5c")
    assert "--kern-color-action-default: #7a1f5c" in sheet.text
    assert "prefers-color-scheme: dark" in sheet.text
    assert office.post(path, {"accent": "", "without_logo": "y"}).status_code == 303
    start = office.get(f"/umfragen/{SLUG}").text
    assert "farben.css" not in start
    assert "df-logo" not in start


def test_posters_lead_to_the_survey_and_its_frame_leads_here(office: Visitor, town: Town) -> None:
    slug = make_open_survey().slug
    db.session.commit()
    for name in ("plakat", "tischkarte"):
        sheet = office.get(f"/umfragen/{slug}/bearbeiten/{name}.pdf")
        assert sheet.data.startswith(b"%PDF-1.4")
    assert (
        f"/umfragen/{slug}/einbetten" in office.get(f"/umfragen/{slug}/bearbeiten/darstellung").text
    )
    framed = office.get(f"/umfragen/{slug}/einbetten")
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "<form" not in framed.text
    assert 'target="_top"' in framed.text

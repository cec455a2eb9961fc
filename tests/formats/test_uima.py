"""UIMA CAS as JSON and XMI: cassis' files are read, it reads ours, wrong ones are named."""

import json
import re
import shutil
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import cassis
import pytest
from any_items import PIECES, SCHEMA, labelled, several
from hypothesis import given, settings
from hypothesis import strategies as st
from label_cases import details, mangled, survives

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ConflictError, FormatError, InputError, MissingExtraError
from accord.formats import Labelled, uima_json, uima_xmi
from accord.formats.uima_layers import MENTION, RELATION, TOKEN, TYPE_SYSTEM

GOLDEN = Path(__file__).parent.parent / "golden" / "formats" / "uima"
BOTH = pytest.mark.parametrize("form", [uima_json, uima_xmi])
TEXT = "🌊 Avon of Oman\r\npaid.\n"
ITEM = Labelled(
    Document("articles/a", TEXT, {"url": "https://example.org/?a&b\n\t"}),
    Layer(
        "articles/a",
        "Ann <B>",
        (
            Mention("T1", Span(2, 14), "ORG", 0.1),
            Mention("x y", Span(10, 14), "GPE"),
            Mention("T3", Span(16, 20), "PLEDGE"),
        ),
        (Relation("pledges", "T1", "T3", "R1", 0.5), Relation("by", "T3", "T1")),
        complete=False,
    ),
)
XML_PIECES = [p for p in PIECES if not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", p)]
XML_TEXTS = st.lists(st.sampled_from(XML_PIECES), max_size=25).map("".join)


def file_of(form, folder):
    return folder / f"articles/a{form.SUFFIX}"


@BOTH
def test_what_cassis_wrote_is_read_or_reported(form):
    reading = form.read(GOLDEN / f"inception{form.SUFFIX}", SCHEMA)
    [item] = reading.items
    text = "🌊 Avon of Oman paid e\u0301 \r\nשלום Brill.\n"
    assert item.document == Document("inception", text, {"url": "https://example.org/a"})
    assert (item.layer.source, item.layer.complete) == ("ann", True)
    assert [(m.id, m.type, item.document[m.span]) for m in item.layer.mentions] == [
        ("T1", "ORG", "Avon of Oman"),
        ("T2", "LOC", "Oman"),
        ("T3", "PLEDGE", "paid"),
        ("T4", "NamedEntity", "Brill"),
        ("T5", "Doubt", "שלום"),
    ]
    assert [(r.type, r.head, r.tail) for r in item.layer.relations] == [
        ("pledges", "T1", "T3"),
        ("by", "T3", "T1"),
        ("Role", "T2", "T4"),
        ("in", "T2", "T1"),
    ]
    assert [(loss.what, loss.item, loss.detail) for loss in reading.losses] == [
        ("annotation of another layer", "Lemma", "paid"),
        ("feature", "T1", "identifier: http://example.org/Q1"),
        ("label left open", "T4", "is read as NamedEntity"),
        ("mark of no characters", "Action", "at 0"),
        ("label left open", reading.losses[4].item, "is read as Role"),
        ("feature", reading.losses[5].item, "sure: True"),
    ]


@BOTH
def test_cassis_reads_what_is_written(form, tmp_path):
    assert form.write(tmp_path / "out", [ITEM], SCHEMA) == ()
    file = file_of(form, tmp_path / "out")
    layers = cassis.load_typesystem(tmp_path / "out" / "TypeSystem.xml")
    if form is uima_json:
        cas = cassis.load_cas_from_json(file.read_text("utf-8"))
        marks = [s for s in json.loads(file.read_text())["%FEATURE_STRUCTURES"] if "label" in s]
        assert [(s["begin"], s["end"]) for s in marks[:3]] == [(3, 15), (11, 15), (17, 21)]
    else:
        cas = cassis.load_cas_from_xmi(file, typesystem=layers)
        assert 'begin="3" end="15" identifier="T1" label="ORG"' in file.read_text("utf-8")
    assert cas.sofa_string == TEXT
    assert [(m.get_covered_text(), m.label) for m in cas.select(MENTION)] == [
        ("Avon of Oman", "ORG"),
        ("Oman", "GPE"),
        ("paid", "PLEDGE"),
    ]
    assert {
        (r.label, r.Governor.identifier, r.Dependent.identifier, r.get_covered_text())
        for r in cas.select(RELATION)
    } == {("pledges", "T1", "T3", "paid"), ("by", "T3", "T1", "Avon of Oman")}
    assert [t.get_covered_text() for t in cas.select(TOKEN)] == [
        *("🌊", "Avon", "of", "Oman", "paid", ".")
    ]


@pytest.mark.parametrize(
    ("form", "items"),
    [(uima_json, several()), (uima_xmi, several(XML_TEXTS))],
    ids=["json", "xmi"],
)
def test_round_trip_is_exact(form, items, tmp_path_factory):
    @given(items)
    @settings(max_examples=25)
    def there_and_back(given_items):
        path = tmp_path_factory.mktemp("uima") / "out"
        losses = form.write(path, given_items, SCHEMA, dry=True)
        assert not path.exists()
        assert form.write(path, given_items, SCHEMA) == losses
        left = {loss.document for loss in losses}
        kept = {i.document.id: i for i in given_items if i.document.id not in left}
        assert form is uima_xmi or not left
        reading = form.read(path, SCHEMA)
        assert reading.losses == ()
        assert {item.document.id: item for item in reading.items} == kept
        for item in reading.items:
            assert details(item) == details(kept[item.document.id])

    there_and_back()


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ufffe"])
@pytest.mark.parametrize("place", ["text", "type", "meta"])
def test_what_xml_cannot_hold_is_left_out_and_listed(bad, place, tmp_path):
    document, layer = ITEM.document, ITEM.layer
    if place == "type":
        layer = replace(layer, mentions=(replace(layer.mentions[0], type=bad), *layer.mentions[1:]))
    changed = Document("b", TEXT + bad if place == "text" else TEXT, {"a": bad})
    item = Labelled(changed, replace(layer, document="b"))
    if place != "meta":
        item = replace(item, document=Document("b", changed.text))
    [loss] = uima_xmi.write(tmp_path / "out", [ITEM, item], SCHEMA)
    assert (loss.what, loss.document) == ("document XML cannot hold", "b")
    assert loss.detail == f"it holds U+{ord(bad):04X}"
    [back] = uima_xmi.read(tmp_path / "out", SCHEMA).items
    assert back.document == document
    assert uima_json.write(tmp_path / "json", [item], SCHEMA) == ()
    assert uima_json.read(tmp_path / "json", SCHEMA).items == (item,)


def test_a_text_longer_than_lxml_takes_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(uima_xmi, "MOST_BYTES", 20)
    [loss] = uima_xmi.write(tmp_path / "out", [ITEM], SCHEMA)
    assert loss.detail == "25 bytes; 20 are allowed"


@BOTH
def test_metadata_under_our_keys_is_a_loss(form, tmp_path):
    item = Labelled(Document("a", "x", {"accord:source": "me"}), Layer("a", "gold"))
    [loss] = form.write(tmp_path / "out", [item], SCHEMA)
    assert (loss.what, loss.item) == ("metadata", "accord:source")
    assert form.read(tmp_path / "out", SCHEMA).items == (
        Labelled(Document("a", "x"), Layer("a", "gold")),
    )


@BOTH
def test_targets_that_are_refused(form, tmp_path):
    with pytest.raises(InputError, match="choose a name without"):
        form.write(tmp_path / f"x{form.SUFFIX}", [ITEM], SCHEMA)
    outside = Labelled(Document("../a", "x"), Layer("../a", "gold"))
    with pytest.raises(InputError, match="no plain path"):
        form.write(tmp_path / "out", [outside], SCHEMA)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(ConflictError):
        form.write(tmp_path / "full", [ITEM], SCHEMA, dry=True)
    with pytest.raises(InputError, match="no such file"):
        form.read(tmp_path / "none", SCHEMA)
    assert [p.name for p in tmp_path.iterdir()] == ["full"]


@BOTH
def test_a_missing_library_is_named_with_its_extra(form, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cassis", None)
    for call in (
        lambda: form.write(tmp_path / "out", [ITEM], SCHEMA, dry=True),
        lambda: form.read(GOLDEN, SCHEMA),
    ):
        with pytest.raises(MissingExtraError, match=r"pip install 'accord\[uima\]'"):
            call()


def written(form, tmp_path):
    form.write(tmp_path / "out", [ITEM], SCHEMA)
    return file_of(form, tmp_path / "out")


WRONG_XMI = [
    (r'begin="3"', 'begin="99"', "external offset [99]", None),
    (r'begin="3"', f'begin="{10**30}"', "1000000", None),
    (r'begin="3"', f'begin="{"9" * 5000}"', "cassis can load", None),
    (r'begin="3"', 'begin="1"', "offset [1]", None),  # within the emoji
    (r'begin="3" end="15"', 'begin="16" end="15"', "15..14 is no stretch of the text's 22", None),
    (r'begin="3"', 'begin="x"', "cassis can load", None),
    (r'xmi:id="4"', 'xmi:id="3"', "the id 3 is used twice", 2),
    (r'Governor="\d+"', 'Governor="999"', "999", None),
    (r'Governor="\d+"', "", "has no Governor", None),
    (r'sofaString="[^"]*"', "", "has no text", None),
    (r'identifier="x y"', 'identifier="T1"', "two mentions have the identifier 'T1'", None),
    (r"custom:Mention", "custom:Other", "webanno.custom.Other", None),
    (r"</xmi:XMI>", "", "not valid XML: no element found", 2),
    (r"<xmi:XMI", "<xmi:XMI <", "not valid XML", 2),
    (r"(?s).*", "", "not valid XML", 1),
    (r"(?s).*", "{}", "not valid XML", 1),
    (
        "<xmi:XMI",
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]><xmi:XMI',
        "has a DOCTYPE",
        2,
    ),
    ("UTF-8", "UTF-99", "unknown encoding: UTF-99; save it as UTF-8", None),
    ("<xmi:XMI", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xmi:XMI', "has a DOCTYPE", 2),
]


@pytest.mark.parametrize(("old", "new", "reason", "line"), WRONG_XMI)
def test_wrong_xmi_is_named(tmp_path, old, new, reason, line):
    path = written(uima_xmi, tmp_path)
    text = path.read_text("utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, lambda _: new, text, count=1), "utf-8")
    with pytest.raises(FormatError) as caught:
        uima_xmi.read(tmp_path / "out", SCHEMA)
    assert reason in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert len(str(caught.value)) < len(str(path)) + 400


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TYPE_SYSTEM[:300], "not valid XML"),
        (TYPE_SYSTEM.replace("<typeS", "<!DOCTYPE x><typeS", 1), "has a DOCTYPE"),
        (TYPE_SYSTEM.replace("uima.tcas.Annotation", MENTION), "cassis can load"),
        (TYPE_SYSTEM.replace(MENTION, "custom.Other"), "cassis can load"),
        (None, "has no type system: TypeSystem.xml lies neither beside it nor above"),
    ],
)
def test_a_wrong_type_system_is_named(tmp_path, content, reason):
    path = written(uima_xmi, tmp_path)
    (tmp_path / "out" / "TypeSystem.xml").unlink()
    if content is not None:
        (tmp_path / "out" / "TypeSystem.xml").write_text(content)
    with pytest.raises(InputError) as caught:
        uima_xmi.read(tmp_path / "out", SCHEMA)
    assert reason in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    # A file alone has its types beside it.
    shutil.copy(GOLDEN / "inception.xmi", path)
    shutil.copy(GOLDEN / "TypeSystem.xml", path.parent)
    assert uima_xmi.read(path, SCHEMA).items[0].document.id == "a"


def changed(value, *path, to):
    spot = value
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = to
    return value


STRUCTURES = "%FEATURE_STRUCTURES"
WRONG_JSON = [
    (lambda v: [], "must be an object, not []"),
    (lambda v: {}, "'%TYPES' is missing; export it with its type system embedded"),
    (lambda v: {**v, "%TYPES": []}, "%TYPES must be an object"),
    (lambda v: {**v, "%VIEWS": {}}, "'%VIEWS' lacks '_InitialView'"),
    (lambda v: {**v, STRUCTURES: 7}, "'%FEATURE_STRUCTURES' must be a list"),
    (lambda v: {**v, STRUCTURES: [7]}, "must be an object, not 7"),
    (lambda v: changed(v, STRUCTURES, 1, "%ID", to=1), "the id 1 is used twice"),
    (lambda v: changed(v, STRUCTURES, 1, "%ID", to="x"), "'%ID' must be a whole number"),
    (lambda v: changed(v, STRUCTURES, 1, "%TYPE", to=7), "'%TYPE' must be a string"),
    (lambda v: changed(v, STRUCTURES, 1, "%TYPE", to="no.such"), "no.such"),
    (lambda v: changed(v, STRUCTURES, 1, "begin", to=1.0), "'begin' must be a whole number"),
    (lambda v: changed(v, STRUCTURES, 1, "end", to=9**40), "'end' is out of range"),
    (lambda v: changed(v, STRUCTURES, 1, "end", to=99), "offset [99]"),
    (lambda v: changed(v, STRUCTURES, -1, "@Governor", to=99), "points to 99, which does not"),
    (lambda v: changed(v, STRUCTURES, -1, "@Governor", to=None), "has no Governor"),
    (lambda v: changed(v, STRUCTURES, 0, "sofaString", to=7), "cassis can load"),
    (lambda v: changed(v, "%VIEWS", "_InitialView", "%MEMBERS", to=[999]), "999"),
]


@pytest.mark.parametrize(("change", "reason"), WRONG_JSON)
def test_wrong_json_is_named(tmp_path, change, reason):
    path = written(uima_json, tmp_path)
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))))
    with pytest.raises(FormatError) as caught:
        uima_json.read(tmp_path / "out", SCHEMA)
    assert reason in str(caught.value)
    assert caught.value.path == path
    assert len(str(caught.value)) < len(str(path)) + 400


@BOTH
@given(cut=st.integers(0, 5000))
@settings(max_examples=15)
def test_cut_off_files_are_named(form, cut, tmp_path_factory):
    path = written(form, tmp_path_factory.mktemp("uima"))
    data = path.read_bytes()
    path.write_bytes(data[: min(cut, len(data) - 2)])
    with pytest.raises(InputError, match="not valid"):
        form.read(path.parent.parent, SCHEMA)


@given(data=st.data())
@settings(max_examples=40)
def test_nothing_but_an_input_error_escapes(data, tmp_path_factory):
    path = written(uima_json, tmp_path_factory.mktemp("uima"))
    value = data.draw(mangled(json.loads(path.read_text("utf-8"))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        survives(uima_json.read, path, json.dumps(value))


def test_the_older_form_with_structures_by_id(tmp_path):
    path = written(uima_json, tmp_path)
    value = json.loads(path.read_text("utf-8"))
    value[STRUCTURES] = {str(s.pop("%ID")): s for s in value[STRUCTURES]}
    path.write_text(json.dumps(value))
    assert uima_json.read(tmp_path / "out", SCHEMA).items == (ITEM,)
    value[STRUCTURES]["x"] = value[STRUCTURES].pop("2")
    path.write_text(json.dumps(value))
    with pytest.raises(FormatError, match="'%ID' must be a whole number"):
        uima_json.read(tmp_path / "out", SCHEMA)


@given(labelled())
@settings(max_examples=5)
def test_the_same_labels_give_the_same_bytes(tmp_path_factory, item):
    base = tmp_path_factory.mktemp("uima")
    for name in ("x", "y"):
        uima_json.write(base / name, [item], SCHEMA)
    assert (base / "x" / "a.json").read_bytes() == (base / "y" / "a.json").read_bytes()

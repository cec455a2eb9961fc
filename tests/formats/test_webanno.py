"""WebAnno TSV: what the format's description shows is read, what we write comes back."""

from dataclasses import replace

import pytest
from any_items import SCHEMA, by_document, labelled, lost, several, there_and_back
from hypothesis import given, settings
from hypothesis import strategies as st
from label_cases import survives

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ConflictError, FormatError, InputError
from accord.formats import Labelled
from accord.formats.webanno import read, write

REFUSED = "label WebAnno TSV cannot hold"
TEXT = "🌊 Avon Bay's |\\ \r\n\n\tUS-based\n"
ITEM = Labelled(
    Document("d", TEXT),
    Layer(
        "d",
        "out",
        (
            Mention("T1", Span(2, 10), "ORG"),
            Mention("T2", Span(2, 6), "a|b_*"),
            Mention("T3", Span(8, 10), "GPE", 0.5),
            Mention("T4", Span(10, 12), "->[\\"),
            Mention("T5", Span(20, 22), "GPE"),
        ),
        (
            Relation("same_as", "T5", "T1", "R1"),
            Relation("pledges", "T3", "T1"),
            Relation("pledges", "T1", "T4", "R3"),
        ),
    ),
)
FILE = r"""#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.Mention|identifier|label|score
#T_RL=webanno.custom.MentionRelation|identifier|label|BT_webanno.custom.Mention


#Text=🌊 Avon Bay's |\\ \r
#Text=
#Text=\t
1-1 0-2 🌊 _ _ _ _ _ _
1-2 3-7 Avon T1[1]|T2[2] ORG[1]|a\|b\_\*[2] *[1]|*[2] R1|* same\_as|pledges 2-1[0_1]|1-3.1[0_1]
1-3 8-11 Bay T1[1] ORG[1] *[1] _ _ _
1-3.1 9-11 ay T3 GPE 0.5 _ _ _
1-4 11-12 ' T4[3] \->\[\\[3] *[3] R3 pledges 1-2[1_3]
1-5 12-13 s T4[3] \->\[\\[3] *[3] _ _ _
1-6 14-15 | _ _ _ _ _ _
1-7 15-16 \ _ _ _ _ _ _

#Text=US-based
2-1 21-23 US T5 GPE * _ _ _
2-2 23-24 - _ _ _ _ _ _
2-3 24-29 based _ _ _ _ _ _
"""
# After the description's own examples: an emoji, two lines of text, stacked and nested marks,
# stretches within a token, a mark over two sentences, slots, a chain, and a dependency.
OTHERS = r"""#FORMAT=WebAnno TSV 3.2
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_SP=webanno.custom.Bare|
#T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.RolesLink|custom.Lu
#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|referenceRelation
#T_RL=de.tudarmstadt.ukp.Dependency|D|BT_de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS
#T_RL=webanno.custom.Relation|value|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity
#T_RL=webanno.custom.Plain|BT_webanno.custom.Bare


#Sentence.id=s1
#Text=I like 😊 Ms. Haag
#Text=a\tlot .
1-1 0-1 I NN _ _ * _ _ _ pr[1] coref->1-1 _ _ _ _ _
1-2 2-6 like _ _ _ _ buy seller;goods 1-1;1-2[4] _ _ SUBJ 1-1 _ _ _
1-3 7-9 😊 _ *[1]|*[2] PER[1]|x\_y[2] _ _ _ _ _ _ _ _ _ _ _
1-4 10-13 Ms. _ *[1] PER[1] _ _ _ _ _ _ _ _ R 1-5.1[3_1] _
1-4.1 11-11  _ * Z _ _ _ _ _ _ _ _ _ _ _
1-5 14-18 Haag _ _ _ _ _ _ _ _ _ _ _ _ _ _
1-5.1 14-16 Ha _ http:x[3] LOC[3] _ _ _ _ _ _ _ _ _ _ _
1-6 19-20 a _ _ _ *[7] _ _ _ _ _ _ _ _ _ _
1-7 21-24 lot _ _ _ *[7] _ _ _ _ _ _ _ _ _ _
1-8 25-26 . _ _ _ *[7] _ _ _ _ _ _ _ _ _ _

#Text=So
2-1 29-31 So _ _ _ *[7] _ _ _ _ _ _ _ _ _ 1-1[0_7]
"""


def tabbed(text):
    """The lines of tokens with tabs for spaces, so that they can be read above."""
    lines = text.split("\n")
    return "\n".join(x.replace(" ", "\t") if x[:1].isdigit() else x for x in lines)


def saved(tmp_path, text):
    path = tmp_path / "d.tsv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_what_is_written(tmp_path):
    assert write(tmp_path / "out", [ITEM], SCHEMA) == ()
    assert (tmp_path / "out" / "d.tsv").read_bytes().decode() == tabbed(FILE)
    assert (tmp_path / "out" / "TypeSystem.xml").exists()
    [back] = read(tmp_path / "out", SCHEMA).items
    assert back == ITEM
    assert [m.score for m in back.layer.mentions] == [None, None, 0.5, None, None]


def test_what_others_write_is_read_or_reported(tmp_path):
    reading = read(saved(tmp_path, tabbed(OTHERS)), SCHEMA)
    [item] = reading.items
    assert item.document == Document("d", "I like 😊 Ms. Haag\na\tlot .\n  So\n")
    assert [(m.id, m.type, item.document[m.span]) for m in item.layer.mentions] == [
        ("T1", "Bare", "I"),
        ("T2", "buy", "like"),
        ("T3", "PER", "😊 Ms."),
        ("T4", "x_y", "😊"),
        ("T5", "LOC", "Ha"),
        ("T6", "Bare", "a\tlot .\n  So"),
    ]
    assert [(r.type, r.head, r.tail) for r in item.layer.relations] == [
        ("R", "T5", "T3"),
        ("Plain", "T1", "T6"),
    ]
    assert sorted((loss.what, loss.item, loss.detail) for loss in reading.losses) == [
        ("annotation of another layer", "CoreferenceLink", "I"),
        ("annotation of another layer", "POS", "I"),
        (
            "feature",
            "T2",
            "ROLE_webanno.custom.Frame:Roles_webanno.custom.RolesLink: seller;goods",
        ),
        ("feature", "T5", "identifier: http:x"),
        ("mark of no characters", "NamedEntity", "at 10"),
        ("relation of something that is no mention", "", "SUBJ"),
    ]


@given(items=several())
@settings(max_examples=40)
def test_round_trip(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("webanno") / "out"
    losses, back = there_and_back(write, read, path, items)
    found = {item.document.id: item for item in back.items}
    assert found.keys() == {item.document.id for item in items}
    for before in items:
        named, after = by_document(losses, before.document.id), found[before.document.id]
        left, text = lost(named, REFUSED), before.document.text
        assert {*left} == {
            m.id for m in before.layer.mentions if not before.document[m.span].strip()
        }
        expected = {}
        for mention in before.layer.mentions:
            if mention.id not in left:
                words = before.document[mention.span]
                start = mention.span.start + len(words) - len(words.lstrip())
                expected[mention.id] = replace(
                    mention, span=Span(start, start + len(words.strip()))
                )
        assert after.layer.by_id == expected
        assert {m.id: m.score for m in after.layer.mentions} == {
            i: m.score for i, m in expected.items()
        }
        arrows = [(r.type, r.head, r.tail, r.id, r.score) for r in before.layer.relations]
        assert sorted(map(str, arrows)) == sorted(
            str((r.type, r.head, r.tail, r.id, r.score))
            for r in (*after.layer.relations, *dropped(before, left))
        )
        assert len(lost(named, "white space at the ends of a mark")) == sum(
            before.document[m.span] != before.document[m.span].strip()
            for m in before.layer.mentions
            if m.id not in left
        )
        if not lost(named, "white space"):
            assert after.document.text == text
        assert text.strip() == after.document.text.strip()
        assert len(lost(named, "metadata")) == len(before.document.meta)


def dropped(item, left):
    return [r for r in item.layer.relations if {r.head, r.tail} & {*left}]


@given(only=labelled())
@settings(max_examples=25)
def test_a_second_trip_loses_nothing(only, tmp_path_factory):
    path = tmp_path_factory.mktemp("webanno")
    write(path / "out", [only], SCHEMA)
    first = read(path / "out", SCHEMA)
    (path / "more").mkdir()
    assert write(path / "more" / "out", first.items, SCHEMA) == ()
    assert read(path / "more" / "out", SCHEMA).items == first.items


def test_many_stretches_within_a_token_are_found_by_their_number(tmp_path):
    # INCEpTION reads one digit after the dot, so a tenth stretch needs another way to be named.
    mentions = tuple(Mention(f"T{n}", Span(0, n), "A") for n in range(1, 13))
    relations = (Relation("r", "T2", "T12", "R1"),)
    item = Labelled(Document("a", "x" * 12 + "\n"), Layer("a", "out", mentions, relations))
    write(tmp_path / "out", [item], SCHEMA)
    text = (tmp_path / "out" / "a.tsv").read_text()
    assert "\t1-1.10[2_0]\n" in text
    assert "1-1.10\t0-2\txx\tT2[2]\tA[2]\t_\t_\t_\n" in text
    [back] = read(tmp_path / "out", SCHEMA).items
    assert back.layer.by_id == item.layer.by_id
    assert back.layer.relations == relations


def test_what_it_cannot_hold_is_listed(tmp_path):
    document = Document("a", "\n Avon  \n\nbis", {"url": "x"})
    mentions = (
        Mention("T1", Span(0, 7), "ORG"),
        Mention("T2", Span(6, 9), "ORG"),
        Mention("T3", Span(10, 13), "a\rb"),
    )
    relations = (Relation("r", "T1", "T2", "R1"), Relation("a\rb", "T1", "T1", "R2"))
    layer = Layer("a", "gold", mentions, relations, complete=False)
    losses = write(tmp_path / "out", [Labelled(document, layer)], SCHEMA)
    assert [(loss.what, loss.item) for loss in losses] == [
        (REFUSED, "T2"),
        (REFUSED, "T3"),
        ("relation of a lost mention", "R1"),
        (REFUSED, "R2"),
        ("white space at the ends of a mark", "T1"),
        ("white space", ""),
        ("metadata", "url"),
        ("source", ""),
        ("unfinished status", ""),
    ]
    [back] = read(tmp_path / "out", SCHEMA).items
    assert back.document.text == "  Avon  \n\nbis\n"
    assert back.layer.mentions == (Mention("T1", Span(2, 6), "ORG"),)


@pytest.mark.parametrize("text", ["", "\n", " \r\n\t"])
def test_texts_without_a_word(tmp_path, text):
    item = Labelled(Document("a", text), Layer("a", "out"))
    losses = write(tmp_path / "out", [item], SCHEMA)
    assert [loss.what for loss in losses] == ["white space"] * bool(text)
    assert read(tmp_path / "out", SCHEMA).items == (Labelled(Document("a", ""), Layer("a", "out")),)


def test_a_file_with_windows_line_ends(tmp_path):
    text = tabbed(FILE).replace("\n", "\r\n")
    assert read(saved(tmp_path, text), SCHEMA).items[0].layer.mentions == ITEM.layer.mentions


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("3.3", "3.1", 1, "is version 3.1; export it as WebAnno TSV 3.3"),
        ("#FORMAT", "#x", 1, "not WebAnno TSV: the first line must be"),
        ("#T_SP=", "#T_XX=", 2, "not a layer: '#T_XX="),
        ("|BT_webanno.custom.Mention", "", 3, "a relation layer must end in BT_LAYER"),
        ("\t_\t_\t_\n1-2", "\t_\n1-2", 9, "7 cells, but the header needs 9"),
        ("1-1\t0-2", "x\t0-2", 9, "not a token (1-1<TAB>0-4<TAB>Avon): 'x' '0-2'"),
        ("1-1\t0-2", "1-1\t0-2-", 9, "not a token"),
        ("1-1\t0-2", "1-1\t0-" + "9" * 5000, 9, "not a token"),
        ("1-1\t0-2", "1-1\t0-99", 9, "1-1 at 0..99 is no stretch of the 30 units"),
        ("1-1\t0-2", "1-1\t0-1", 9, "1-1 at 0..1 is no stretch"),
        ("1-2\t3-7", "1-2\t7-3", 10, "1-2 at 7..3 is no stretch"),
        ("3-7\tAvon", "3-7\tAvom", 10, "1-2 reads 'Avom', but #Text has 'Avon'"),
        ("1-2\t3-7", "1-1\t3-7", 10, "1-1 stands on line 9 already"),
        ("2-1\t21-23", "2-1\t999999999-999999999", 19, "starts at 999999999, but the text before"),
        ("2-1\t21-23", "2-1\t0-2", 19, "starts at 0, but the text before it ends at 22"),
        ("[0_1]|", "[0_9]|", 10, "points to [9], which does not exist"),
        ("2-1[0_1]", "2-2[0_1]", 10, "points to Mention on '2-2', which does not exist"),
        ("2-1[0_1]", "9-9[0_1]", 10, "points to Mention on '9-9', which does not exist"),
        ("|1-3.1[0_1]", "", 10, "a relation of webanno.custom.MentionRelation without a head"),
        ("T3\tGPE", "T3\tG[P", 12, "not a value as WebAnno TSV has it: 'G[P'"),
        ("\tT3\t", "\tT1\t", 12, "the identifier 'T1' is used twice"),
        ("0.5", "high", 12, "score must be a number, not 'high'"),
        ("#Text=US-", "#Text=US", 20, "2-2 reads '-', but #Text has 'b'"),
    ],
)
def test_wrong_files_are_named(tmp_path, old, new, line, reason):
    text = tabbed(FILE)
    assert old in text
    path = saved(tmp_path, text.replace(old, new, 1))
    with pytest.raises(FormatError) as caught:
        read(path, SCHEMA)
    assert reason in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert len(str(caught.value)) < len(str(path)) + 300


def test_other_wrong_files(tmp_path):
    with pytest.raises(InputError, match="not UTF-8"):
        read(saved(tmp_path, b"#FORMAT=WebAnno TSV 3.3\n\xff"), SCHEMA)
    with pytest.raises(FormatError, match="ends after a #Text line; is the file cut off"):
        read(saved(tmp_path, "#FORMAT=WebAnno TSV 3.3\n\n\n#Text=Avon\n"), SCHEMA)
    with pytest.raises(FormatError, match=r"the number \[1\] is one of webanno.custom.A"):
        read(
            saved(
                tmp_path,
                "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.A|x\n#T_SP=webanno.custom.B|x\n\n\n"
                "#Text=a\n1-1\t0-1\ta\tA[1]\tB[1]\n",
            ),
            SCHEMA,
        )
    with pytest.raises(InputError, match="choose a name without"):
        write(tmp_path / "x.tsv", [ITEM], SCHEMA)
    with pytest.raises(ConflictError):
        write(tmp_path, [ITEM], SCHEMA)


LINES = st.lists(st.sampled_from([*tabbed(FILE).split("\n"), *tabbed(OTHERS).split("\n")]))


@given(LINES, st.integers(0, 40))
def test_nothing_but_an_input_error_escapes(tmp_path_factory, lines, cut):
    text = "\n".join([*tabbed(FILE).split("\n")[:3], "", "", *lines]).encode()
    path = tmp_path_factory.mktemp("webanno") / "d.tsv"
    survives(read, path, text[: max(0, len(text) - cut)])

"""Write the golden UIMA files beside this script: ``python tests/golden/formats/make_uima.py``.

They are made by dkpro-cassis 0.12 through its own API, and share no code with Accord's writer: a
CAS as INCEpTION exports it, with its built-in types (DKPro's, as cassis ships them), names, custom
layers with and without a label, a relation layer, marks that nest and touch, an emoji before them,
an empty mark, and the annotator's name.
"""

from pathlib import Path

from cassis import Cas, load_dkpro_core_typesystem
from cassis.typesystem import TypeSystemMode

FOLDER = Path(__file__).parent / "uima"
TEXT = "🌊 Avon of Oman paid e\u0301 \r\nשלום Brill.\n"
DKPRO = "de.tudarmstadt.ukp."

types = load_dkpro_core_typesystem()
named = types.get_type(f"{DKPRO}dkpro.core.api.ner.type.NamedEntity")
token = types.get_type(f"{DKPRO}dkpro.core.api.segmentation.type.Token")
sentence = types.get_type(f"{DKPRO}dkpro.core.api.segmentation.type.Sentence")
lemma = types.get_type(f"{DKPRO}dkpro.core.api.segmentation.type.Lemma")
details = types.get_type(f"{DKPRO}dkpro.core.api.metadata.type.MetaDataStringField")

action = types.create_type("webanno.custom.Action", "uima.tcas.Annotation")
bare = types.create_type("webanno.custom.Doubt", "uima.tcas.Annotation")
types.create_feature(action, "kind", "uima.cas.String")
link = types.create_type("webanno.custom.Role", "uima.tcas.Annotation")
for end in ("Governor", "Dependent"):
    types.create_feature(link, end, "uima.tcas.Annotation")
types.create_feature(link, "label", "uima.cas.String")
types.create_feature(link, "sure", "uima.cas.Boolean")
who = types.create_type(f"{DKPRO}clarin.webanno.api.type.CASMetadata", "uima.cas.AnnotationBase")
types.create_feature(who, "username", "uima.cas.String")

cas = Cas(typesystem=types, sofa_string=TEXT, sofa_mime="text/plain")


def add(layer, words, **features):
    """An annotation at the first place of some words."""
    begin = TEXT.index(words)
    found = layer(begin=begin, end=begin + len(words), **features)
    cas.add(found)
    return found


cas.add(who(username="ann"))
cas.add(details(begin=0, end=0, key="url", value="https://example.org/a"))
add(sentence, TEXT.strip())
for word in ("🌊", "Avon", "of", "Oman", "paid", "e\u0301", "שלום", "Brill", "."):
    add(token, word)
add(lemma, "paid", value="pay")
avon = add(named, "Avon of Oman", value="ORG", identifier="http://example.org/Q1")
oman = add(named, "Oman", value="LOC")
paid = add(action, "paid", kind="PLEDGE")
brill = add(named, "Brill")
add(bare, "שלום")
cas.add(action(begin=0, end=0, kind="EMPTY"))
for head, tail, label in ((avon, paid, "pledges"), (paid, avon, "by"), (oman, brill, None)):
    cas.add(link(begin=tail.begin, end=tail.end, Governor=head, Dependent=tail, label=label))
cas.add(link(begin=avon.begin, end=avon.end, Governor=oman, Dependent=avon, label="in", sure=True))

FOLDER.mkdir(exist_ok=True)
cas.to_xmi(FOLDER / "inception.xmi", pretty_print=True)
cas.to_json(FOLDER / "inception.json", pretty_print=True, type_system_mode=TypeSystemMode.MINIMAL)
types.to_xml(FOLDER / "TypeSystem.xml")

"""WebAnno TSV 3.3, which INCEpTION and WebAnno import and export: a .tsv file for each document.

Format: "WebAnno TSV 3.3 File format" in INCEpTION's user guide (webannotsv.adoc); where that is
silent, its own reader (inception-io-webanno-tsv in https://github.com/inception-project/inception)::

    #FORMAT=WebAnno TSV 3.3
    #T_SP=webanno.custom.Mention|identifier|label
    #T_RL=webanno.custom.MentionRelation|identifier|label|BT_webanno.custom.Mention


    #Text=Avon Bay joined.
    1-1<TAB>0-4<TAB>Avon<TAB>T1[1]|T2[2]<TAB>ORG[1]|GPE[2]<TAB>_<TAB>_<TAB>_
    1-2<TAB>5-8<TAB>Bay<TAB>T1[1]<TAB>ORG[1]<TAB>R1<TAB>joins<TAB>1-1[2_1]

A line is a token, or a stretch within one ("1-2.1"). A cell holds the values of all annotations
there, parted by "|"; those with a number in brackets go on in other lines or stand with others. A
relation stands where its tail starts, and names where its head starts. The layers are those of
`uima_layers`; import TypeSystem.xml, which lies beside, into a project first.

Offsets are UTF-16 units. The text is what the #Text lines hold. Between two sentences, it has a
line feed and spaces, and it ends in a line feed, as INCEpTION reads it. Written, a sentence is a
paragraph with the white space after it, so that little of the text is lost: white space before the
first word, and that no line feed ends the text. A mark cannot start or end in white space.
Metadata, source and completion have no place, and INCEpTION takes no text without a word.
"""

from collections.abc import Sequence
from pathlib import Path

from accord.formats import Labelled, Loss, Reading
from accord.formats.plain import unsaid_origin
from accord.formats.uima import read_documents, write_documents
from accord.formats.webanno_reader import read_file
from accord.formats.webanno_writer import format_tsv, held
from accord.schema import Schema

SUFFIX = ".tsv"


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """A file, or all below a folder; types are kept, known to the schema or not.

    Raises FormatError naming the file and the line that is wrong.
    """
    return read_documents(path, SUFFIX, read_file)


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write a folder, new or empty, and return what it cannot hold.

    Raises ConflictError for a folder in use, and InputError for a document id that is no path
    within the folder.
    """

    def kept(whole: Labelled) -> tuple[Labelled, list[Loss]]:
        item, lost = held(whole)
        return item, [*lost, *unsaid_origin(item, path)]

    return write_documents(path, items, SUFFIX, kept, format_tsv, dry=dry)

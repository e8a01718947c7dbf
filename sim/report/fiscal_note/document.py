"""A fiscal note as a Word document, which a person can go on writing: real tables, styles, numbered pages."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.fiscal_note.note import TITLE, Note, NoteTable, TableRow, disclaimer

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

LONGEST_PROPERTY = 255
"""Characters that a property of a document may have."""

FONT = "Calibri"
SIZES = {"text": 10.5, "label": 9.0, "table": 8.5, "range": 7.5, "small": 8.0}
"""Points."""

MARGIN = 0.8
WIDTH = 8.5 - 2 * MARGIN
"""Inches of a letter page between its margins."""

SHADE, RULE = "E7ECF1", "8A97A3"


def write_document(note: Note, path: Path) -> None:
    """Write the note as a DOCX file."""
    import docx
    from docx.shared import Inches, Pt

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Inches(8.5), Inches(11)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Inches(MARGIN)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(SIZES["text"])
    normal.paragraph_format.space_after = Pt(4)
    document.core_properties.title = f"{TITLE}: {note.title}"
    document.core_properties.author = ""
    document.core_properties.comments = note.origin[:LONGEST_PROPERTY]
    _heading(document, TITLE, 0)
    _head(document, note)
    for table in note.tables:
        _table(document, table)
    for section in note.sections:
        _heading(document, section.heading, 2 if section.lesser else 1)
        for paragraph in section.paragraphs:
            document.add_paragraph(paragraph)
        for table in section.tables:
            _table(document, table)
    _small(document, disclaimer())
    _small(document, note.origin)
    _footer(document, note)
    document.save(str(path))


def _heading(document: "Document", text: str, level: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    paragraph = document.add_heading("", level)
    run = paragraph.add_run(text)
    run.font.name, run.font.size = FONT, Pt({0: 17, 1: 11.5, 2: 10.5}[level])
    run.font.bold, run.font.color.rgb = True, RGBColor(0x1B, 0x3A, 0x57)
    run.font.all_caps = level == 0
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(8), Pt(3)
    paragraph.paragraph_format.keep_with_next = True
    if level == 0:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _head(document: "Document", note: Note) -> None:
    """Two labels to a line with what is known of them, empty where a person writes; the short title has its own."""
    lines: list[list[tuple[str, str]]] = []
    for label, known in note.head:
        alone = label == "SHORT TITLE"
        if lines and len(lines[-1]) == 1 and not alone and lines[-1][0][0] != "SHORT TITLE":
            lines[-1].append((label, known))
        else:
            lines.append([(label, known)])
    table = document.add_table(rows=len(lines), cols=4)
    table.autofit = False
    widths = (1.2, WIDTH / 2 - 1.2, 1.2, WIDTH / 2 - 1.2)
    _set_widths(table.columns, widths)
    for row, held in zip(table.rows, lines, strict=True):
        cells = row.cells
        for place, (label, known) in enumerate(held):
            _write(cells[2 * place], label, SIZES["label"], bold=True)
            _write(cells[2 * place + 1], known)
            _rule(cells[2 * place + 1])
        _set_widths(cells, widths)
        if len(held) == 1 and held[0][0] == "SHORT TITLE":
            cells[1].merge(cells[3])


def _set_widths(held: Any, widths: tuple[float, ...]) -> None:
    """Widths in inches of a table's columns or of a row's cells: programs heed one or the other."""
    from docx.shared import Inches

    for part, width in zip(held, widths, strict=True):
        part.width = Inches(width)


def _table(document: "Document", table: NoteTable) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(2)
    title = caption.add_run(table.title)
    title.bold = True
    caption.add_run(f" {table.unit}" if table.unit else "")
    made = document.add_table(rows=1 + len(table.rows), cols=len(table.head))
    made.style = "Table Grid"
    made.autofit = False
    unit = WIDTH / sum(table.widths)
    widths = tuple(width * unit for width in table.widths)
    _set_widths(made.columns, widths)
    head, *rows = made.rows
    _repeated(head)
    _fill(head.cells, TableRow(tuple((text, "") for text in table.head)), table.words, widths, header=True)
    for row, of in zip(rows, table.rows, strict=True):
        _fill(row.cells, of, table.words, widths)
        _whole(row)
    for remark in table.remarks:
        _small(document, remark)


def _fill(
    cells: "tuple[_Cell, ...]", row: TableRow, words: frozenset[int], widths: tuple[float, ...], header: bool = False
) -> None:
    _set_widths(cells, widths)
    for place, (cell, (value, below)) in enumerate(zip(cells, row.cells, strict=True)):
        _write(cell, value, SIZES["table"], header or row.total, below, right=place not in words)
        if header or row.total:
            _shaded(cell)


def _write(
    cell: "_Cell", text: str, size: float = SIZES["text"], bold: bool = False, below: str = "", right: bool = False
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if below:
        run.add_break()
        paragraph.add_run(below).font.size = Pt(SIZES["range"])


def _small(document: "Document", text: str) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(1)
    run = paragraph.add_run(text)
    run.italic, run.font.size = True, Pt(SIZES["small"])


def _footer(document: "Document", note: Note) -> None:
    """The title and the number of the page, as a field that the program that opens it keeps."""
    from docx.shared import Pt

    paragraph = document.sections[0].footer.paragraphs[0]
    run = paragraph.add_run(f"{TITLE}: {note.title}. Page ")
    run.font.size = Pt(SIZES["small"])
    number = paragraph.add_run()
    number.font.size = Pt(SIZES["small"])
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        number._r.append(_element("w:fldChar", {"w:fldCharType": kind}) if kind else _element("w:instrText", {}, text))


def _element(name: str, attributes: dict[str, str], text: str = "") -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), value)
    if text:
        made.text = text
    return made


def _repeated(row: Any) -> None:
    """A head that stands again on each page that the table goes on to."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader", {"w:val": "true"}))


def _whole(row: Any) -> None:
    """A row that no page break parts."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit", {"w:val": "true"}))


def _shaded(cell: "_Cell") -> None:
    shade = {"w:val": "clear", "w:color": "auto", "w:fill": SHADE}
    cell._tc.get_or_add_tcPr().append(_element("w:shd", shade))


def _rule(cell: "_Cell") -> None:
    """A line below, on which a person writes."""
    borders = _element("w:tcBorders", {})
    borders.append(_element("w:bottom", {"w:val": "single", "w:sz": "4", "w:color": RULE}))
    cell._tc.get_or_add_tcPr().append(borders)

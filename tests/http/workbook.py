"""Workbooks (.xlsx), written with nothing but the standard library: small ones for scenarios, and large ones row by row for benchmarks."""
import io, zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = {"general": 0, "date": 1, "time": 2, "moment": 3, "zeros": 4, "percent": 5}
STYLES = ('<styleSheet xmlns="%s"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy hh:mm"/><numFmt numFmtId="165" formatCode="00000000"/></numFmts>'
          '<cellXfs>%s</cellXfs></styleSheet>') % (MAIN, "".join('<xf numFmtId="%d"/>' % n for n in (0, 14, 20, 164, 165, 9)))


def column(index):
    name = ""
    while index >= 0:
        name, index = chr(65 + index % 26) + name, index // 26 - 1
    return name


def cell(value, at, strings):
    """A str is a text, a number a number, a pair (number, format) one that is shown by a format, None nothing."""
    style = ""
    if isinstance(value, tuple):
        value, style = value[0], ' s="%d"' % FORMATS[value[1]]
    if value is None:
        return ""
    if isinstance(value, bool):
        return '<c r="%s" t="b"><v>%d</v></c>' % (at, value)
    if isinstance(value, str) and value.startswith("#"):
        return '<c r="%s" t="e"><v>%s</v></c>' % (at, value)
    if isinstance(value, str):
        return '<c r="%s" t="s"><v>%d</v></c>' % (at, strings.setdefault(value, len(strings)))
    return '<c r="%s"%s><v>%s</v></c>' % (at, style, repr(value))


def write(into, sheets, hidden=()):
    """`sheets`: rows by name; rows may be generated. Texts are shared, as Excel writes them."""
    strings = {}
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        out.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        out.writestr("_rels/.rels", '<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (PACKAGE, OFFICE))
        out.writestr("xl/workbook.xml", '<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>' % (MAIN, OFFICE, "".join(
            '<sheet name=%s sheetId="%d" r:id="rId%d"%s/>' % (quoteattr(name), i, i, ' state="hidden"' if name in hidden else "") for i, name in enumerate(sheets, 1))))
        out.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="%s">%s<Relationship Id="s" Type="%s/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="t" Type="%s/styles" Target="styles.xml"/></Relationships>' % (
            PACKAGE, "".join('<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>' % (i, OFFICE, i) for i, _ in enumerate(sheets, 1)), OFFICE, OFFICE))
        out.writestr("xl/styles.xml", STYLES)
        for i, rows in enumerate(sheets.values(), 1):
            with out.open("xl/worksheets/sheet%d.xml" % i, "w") as part:
                part.write(('<worksheet xmlns="%s"><sheetData>' % MAIN).encode())
                for number, row in enumerate(rows, 1):
                    cells = "".join(cell(value, column(k) + str(number), strings) for k, value in enumerate(row))
                    if cells:
                        part.write(('<row r="%d">%s</row>' % (number, cells)).encode())
                part.write(b"</sheetData></worksheet>")
        with out.open("xl/sharedStrings.xml", "w") as part:
            part.write(('<sst xmlns="%s">' % MAIN).encode())
            for text in strings:
                part.write(('<si><t xml:space="preserve">%s</t></si>' % escape(text)).encode())
            part.write(b"</sst>")


def workbook(sheets, hidden=()):
    into = io.BytesIO()
    write(into, sheets, hidden)
    return into.getvalue()

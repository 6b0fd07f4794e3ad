"""Files as people have them: workbooks, cells that databases and spreadsheets write, and lists that are not quite in order."""
import csv, io, unittest, urllib.parse
import varde, workbook
from staff import DAY, Staff


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()
        for key, label, kind in (("born_f", "Født", "date"), ("amount_f", "Beløp", "number"), ("member_f", "Medlem", "boolean"), ("city_f", "By", "text"), ("id_f", "Kundenummer", "text")):
            # Both classes have them, and may have one program.
            cls.admin.request("POST", "/api/v1/attributes", {"key": key, "label": label, "type": kind, "classification": "plain"})
        cls.admin.request("POST", "/api/v1/purposes", {"key": "news_f", "label": "News"})
        cls.purpose = next(p["id"] for p in cls.admin.ok("GET", "/api/v1/purposes")["items"] if p["key"] == "news_f")

    def start(self, made, mapping=None, options=None, **more):
        mapping = mapping or [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
        return self.admin.request("POST", "/api/v1/imports/%s/start" % made["id"], {
            "encoding": made["encoding"], "delimiter": made["delimiter"], "header": made["header"], "mapping": mapping, "options": options or {}, **more})

    def imported(self, data, mapping=None, options=None, name="people.csv"):
        made = self.admin.upload(name, data if isinstance(data, bytes) else data.encode())
        if isinstance(mapping, dict):
            mapping = [{"column": c["index"], "target": mapping.get(c["name"], "ignore")} for c in made["columns"]]
        answer = self.start(made, mapping, options)
        self.assertEqual(answer.status, 200, answer)
        return made, self.admin.finished_import(made["id"])

    def person(self, email):
        found = self.admin.ok("GET", "/api/v1/persons?q=" + urllib.parse.quote(email))["items"]
        return self.admin.ok("GET", "/api/v1/persons/" + found[0]["id"]) if found else None

    def file_of(self, id, what):
        text = self.admin.get("/api/v1/imports/%s/%s" % (id, what)).body.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=";"))


class Workbooks(Import):
    def test_a_workbook_is_imported_as_it_is_seen(self):
        rows = [["Medlemmer 2026"], [], ["E-post", "Fornavn", "Mobil tlf.", "Født", "Beløp", "Medlem", "Kundenummer"],
                ["kari@book.example", "Kari", 99887766, (45717, "date"), 0.1 + 0.2, True, (1234, "zeros")],
                ["ola@book.example", "Ola\nAndre", "#N/A", (45717.25, "moment"), (0.25, "percent"), "nei", 4712345678],
                [None, None, None, None, None, None, None],
                ["bad", "Nobody"]]
        made = self.admin.upload("members.xlsx", workbook.workbook({"Hidden": [["x", "y"], ["1", "2"]], "Empty": [], "List": rows, "More": [["email"], ["more@book.example"]]}, hidden=("Hidden",)))
        self.assertEqual((made["sheets"], made["sheet"], made["header"], made["title_lines"], made["encoding"]), (["Empty", "List", "More"], "List", True, 2, "UTF-8"))
        self.assertEqual([c.get("suggestion") for c in made["columns"]], ["email", "first_name", "phone", "attribute:born_f", "attribute:amount_f", "attribute:member_f", "attribute:id_f"])
        self.assertEqual(self.start(made).status, 200)
        done = self.admin.finished_import(made["id"])
        self.assertEqual((done["state"], done["counts"]), ("done", {"read": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1, "warned": 1}), done)
        kari, ola = self.person("kari@book.example"), self.person("ola@book.example")
        self.assertEqual((kari["phone"], kari["attributes"]), ("+4799887766", {"born_f": "2025-03-01", "amount_f": 0.3, "member_f": True, "id_f": "00001234"}))
        self.assertEqual((ola["first_name"], ola.get("phone"), ola["attributes"]), ("Ola Andre", None, {"born_f": "2025-03-01", "amount_f": 25, "member_f": False, "id_f": "4712345678"}))
        self.assertEqual(self.file_of(made["id"], "rejects")[1][0], "7", "the row of the sheet")
        self.assertEqual(self.file_of(made["id"], "warnings")[1][0], "5")

    def test_another_sheet_is_chosen(self):
        made = self.admin.upload("two.xlsx", workbook.workbook({"First": [["email"], ["first@sheets.example"]], "Second": [["Ikke her"], ["E-post"], ["second@sheets.example"]]}))
        self.assertEqual(made["sheet"], "First")
        answer = self.admin.request("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": "Third"})
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/sheet"))
        made = self.admin.ok("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": "Second"})
        self.assertEqual((made["sheet"], made["state"]), ("Second", "uploaded"))
        made = self.admin.ok("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": "First"})
        self.assertEqual((made["columns"][0]["name"], made["columns"][0]["sample"]), ("email", ["first@sheets.example"]))
        self.assertEqual(self.start(made).status, 200)
        self.assertEqual(self.admin.finished_import(made["id"])["counts"]["created"], 1)
        self.assertEqual(self.admin.request("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": "Second"}).status, 409)
        self.assertEqual(self.program.sql("SELECT count(*) FROM import_piece WHERE kind = 3 AND import_id = '%s'" % made["id"]), [["0"]])

    def test_a_sheet_that_cannot_be_chosen_says_why(self):
        made = self.admin.upload("three.xlsx", workbook.workbook({"First": [["email"], ["first@why.example"]], "Empty": [], " Outer  ": [["email"], ["outer@why.example"]]}))
        self.assertEqual(made["sheets"], ["First", "Empty", " Outer  "])
        answer = self.admin.request("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": "Empty"})
        self.assertEqual((answer.status, [(e["pointer"], e["message"]) for e in answer.json.get("errors", [])]), (422, [("/sheet", "has no rows.")]), answer)
        self.assertEqual(self.admin.ok("GET", "/api/v1/imports/" + made["id"])["columns"][0]["sample"], ["first@why.example"])
        made = self.admin.ok("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": made["sheets"][2]})
        self.assertEqual((made["sheet"], made["columns"][0]["sample"]), (" Outer  ", ["outer@why.example"]))

    def test_a_sheet_that_cannot_be_read_to_its_end_changes_nothing(self):
        made = self.admin.upload("two.xlsx", workbook.workbook({"First": [["email"], ["first@half.example"]], "Second": [["email"], ["second@half.example"]]}))
        self.program.sql("DELETE FROM import_piece WHERE kind = 3 AND import_id = '%s'" % made["id"])
        self.assertEqual(self.admin.request("POST", "/api/v1/imports/%s/sheet" % made["id"], {"sheet": "Second"}).status, 500)
        self.assertEqual(self.admin.ok("GET", "/api/v1/imports/" + made["id"])["columns"][0]["sample"], ["first@half.example"])
        self.assertEqual(self.start(made).status, 200)
        self.assertEqual(self.admin.finished_import(made["id"])["counts"]["created"], 1)
        self.assertEqual(self.program.sql("SELECT count(*) FROM import_piece WHERE kind = 6"), [["0"]])

    def test_what_is_no_table_is_refused_with_a_sentence(self):
        def parts(**names):
            into = io.BytesIO()
            import zipfile
            with zipfile.ZipFile(into, "w") as out:
                for name, text in names.items():
                    out.writestr(name.replace("__", "/").replace("_dot_", "."), text)
            return into.getvalue()
        compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x09\0" + bytes(480)
        for data, word in ((b"\x89PNG\r\n\x1a\n" + bytes(200), "picture"), (b"%PDF-1.7\n%\xe2\xe3\n", "PDF"), (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
                           (compound + "EncryptedPackage".encode("utf-16-le"), "password"), (compound + "Workbook".encode("utf-16-le"), ".xls"),
                           (parts(mimetype="application/vnd.oasis.opendocument.spreadsheet"), ".ods"), (parts(xl__workbook_dot_bin="x"), ".xlsb"),
                           (parts(people="a,b"), "ZIP"), (b"PK\x03\x04", "ZIP"), (b"<html><body><table>", "web page"), (bytes(range(1, 30)) * 50, "no table")):
            answer = self.admin.request("POST", "/api/v1/imports?filename=people.csv", raw=data)
            self.assertEqual(answer.status, 415, (word, answer))
            self.assertIn(word, answer.json["title"] + answer.json.get("detail", ""))
        empty = self.admin.request("POST", "/api/v1/imports?filename=x.xlsx", raw=workbook.workbook({"A": [], "B": [[" "]]}))
        self.assertEqual(empty.status, 422, empty)
        self.assertEqual(self.program.sql("SELECT count(*) FROM import WHERE state = 0"), [["0"]])

    def test_a_workbook_that_was_kept_is_sealed(self):
        made = self.admin.upload("two.xlsx", workbook.workbook({"A": [["email"], ["sealed@book.example"]], "B": [["x"]]}))
        held = self.program.sql("SELECT count(*) FROM import_piece WHERE import_id = '%s' AND (position('PK'::bytea in sealed) = 1 OR position('sealed@book'::bytea in sealed) > 0)" % made["id"])
        self.assertEqual(held, [["0"]])


class Cells(Import):
    def test_days_as_databases_write_them(self):
        rows = {"a": ("2026-03-01 00:00:00", "2026-03-01", False), "b": ("2026-03-01T00:00:00Z", "2026-03-01", False), "c": ("2026-03-01T00:00:00.000+01:00", "2026-03-01", False),
                "d": ("2026-03-01 08:30:00", "2026-03-01", True), "e": ("1.3.2026 00:00", "2026-03-01", False), "f": ("45717", "2025-03-01", True),
                "g": ("31.12.25", None, True), "h": ("31/12/2025", None, True), "i": ("1985", None, True), "j": ("#REF!", None, True)}
        text = "email;born\n" + "".join("%s@days.example;%s\n" % (k, v[0]) for k, v in rows.items())
        made, done = self.imported(text, {"email": "email", "born": "attribute:born_f"})
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"], done["counts"]["warned"]), (10, 0, 6), done)
        for name, (_, day, _) in rows.items():
            self.assertEqual(self.person(name + "@days.example")["attributes"].get("born_f"), day, name)
        told = {row[0]: row[1] for row in self.file_of(made["id"], "warnings")[1:]}
        self.assertEqual(set(told), {str(i + 2) for i, v in enumerate(rows.values()) if v[2]})
        self.assertIn('"born" is a number under which spreadsheets keep a day, and was taken as that day. (45717 was read as 2025-03-01)', told["7"])

    def test_a_cell_that_cannot_be_read_costs_no_person(self):
        text = ("E-post;Mobil tlf.;Født;Etternavn\n"
                "one@left.example;12;x;Hansen\ntwo@left.example;+47 99 88 77 61;2026-03-01;Olsen\n;12;;Nobody\nnot an address;99887762;;Bad\n;99887763;y;Phone\n")
        made, done = self.imported(text)
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"], done["counts"]["warned"]), (3, 2, 2), done)
        self.assertEqual((self.person("one@left.example")["last_name"], self.person("one@left.example").get("phone")), ("Hansen", None))
        reasons = sorted((r["column"], r["message"], r["rejected"], r["rows"]) for r in done["reasons"])
        self.assertEqual(reasons, [("E-post", "is not an e-mail address.", True, 1), ("Født", "must be a date, like 2026-03-01.", False, 2),
                                   ("Mobil tlf.", "is not a phone number that can exist.", False, 1), ("Mobil tlf.", "is not a phone number that can exist.", True, 1)])
        rejects, warnings = self.file_of(made["id"], "rejects"), self.file_of(made["id"], "warnings")
        self.assertEqual(rejects[0], ["line", "reason", "E-post", "Mobil tlf.", "Født", "Etternavn"])
        self.assertEqual(rejects[1], ["4", '"Mobil tlf." is not a phone number that can exist.', "", "12", "", "Nobody"])
        self.assertEqual(warnings[1], ["2", '"Mobil tlf." is not a phone number that can exist. "Født" must be a date, like 2026-03-01.', "one@left.example", "12", "x", "Hansen"])

    def test_rejected_rows_are_imported_again_as_they_were_mapped(self):
        made, done = self.imported("Kontakt;Hvor;Kallenavn\nno address;Oslo;Kari\n", {"Kontakt": "email", "Hvor": "attribute:city_f", "Kallenavn": "first_name"})
        self.assertEqual(done["counts"]["rejected"], 1)
        mended = self.admin.get("/api/v1/imports/%s/rejects" % made["id"]).body.replace(b"no address", b"mended@again.example")
        again, done = self.imported(mended)
        self.assertEqual([c.get("suggestion") for c in again["columns"]], [None, None, "email", "attribute:city_f", "first_name"])
        self.assertEqual(done["counts"]["created"], 1, done)
        person = self.person("mended@again.example")
        self.assertEqual((person["first_name"], person["attributes"]), ("Kari", {"city_f": "Oslo"}))

    def test_rejected_rows_of_a_file_without_header_have_one(self):
        made = self.admin.upload("x.csv", b"kari@none.example;Kari;Oslo\nno address;Ola;Bergen\n")
        mapping = [{"column": 0, "target": "email"}, {"column": 1, "target": "first_name"}, {"column": 2, "target": "attribute:city_f"}]
        self.assertEqual(self.start(made, mapping).status, 200)
        self.admin.finished_import(made["id"])
        self.assertEqual(self.file_of(made["id"], "rejects")[0], ["line", "reason", "email", "first_name", "city_f"])
        mended = self.admin.get("/api/v1/imports/%s/rejects" % made["id"]).body.replace(b"no address", b"ola@none.example")
        self.assertEqual(self.imported(mended)[1]["counts"]["created"], 1)

    def test_the_check_follows_the_mapping(self):
        made = self.admin.upload("x.csv", "navn;nummer\nkari@check.example;12\nola@check.example;99887764\n".encode())
        def preview(mapping):
            rows = self.admin.ok("GET", "/api/v1/imports/%s/preview?mapping=%s" % (made["id"], urllib.parse.quote(mapping)))["rows"]
            return [[(p["column"], p["warning"]) for p in r["problems"]] for r in rows]
        self.assertEqual(preview("email,ignore"), [[], []])
        self.assertEqual(preview("email,phone"), [[(1, True)], []])
        self.assertEqual(preview("ignore,phone"), [[(1, False)], []])
        self.assertEqual(preview("first_name,ignore"), [[(-1, False)], [(-1, False)]])

    def test_a_row_with_more_cells_than_the_header_is_told_of(self):
        made, done = self.imported("email;fornavn\na@more.example;Kari;; \nb@more.example;Ola;Extra\n")
        self.assertEqual((done["counts"]["created"], done["counts"]["warned"]), (2, 1), done)
        self.assertIn("more cells", self.file_of(made["id"], "warnings")[1][1])
        self.assertEqual(self.admin.upload("x.csv", b"mobil;telefon;tlf\n1;2;3\n")["columns"][1].get("suggestion"), None)

    def test_lines_above_the_header(self):
        text = "Medlemsliste;;\nper 1. mars;;\nE-post;Fornavn;By\na@title.example;Kari;Oslo\nb@title.example;Ola;Bergen\n"
        made, done = self.imported(text)
        self.assertEqual((made["title_lines"], made["header"], done["counts"]["created"]), (2, True, 2), (made, done))
        preview = self.admin.ok("GET", "/api/v1/imports/%s/preview?title_lines=0" % self.admin.upload("x.csv", text.encode())["id"])
        self.assertEqual((preview["title_lines"], preview["columns"][0]["name"]), (0, "Medlemsliste"))

    def test_a_column_says_who_consented(self):
        target = "consent:" + self.purpose
        text = "email;Samtykke\nyes@agree.example;Ja\nno@agree.example;nei\nnone@agree.example;\nperhaps@agree.example;kanskje\n"
        made = self.admin.upload("x.csv", text.encode())
        mapping = [{"column": 0, "target": "email"}, {"column": 1, "target": target}]
        answer = self.start(made, mapping)
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/options/consent_source"))
        answer = self.start(made, mapping, {"consent_source": "form of 2026", "purpose_id": self.purpose})
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/options/purpose_id"))
        answer = self.start(made, [{"column": 0, "target": "email"}, {"column": 1, "target": "consent:0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b"}], {"consent_source": "x"})
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/mapping/1/target"))
        self.assertEqual(self.start(made, mapping, {"consent_source": "form of 2026"}).status, 200)
        done = self.admin.finished_import(made["id"])
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"]), (3, 1), done)
        held = {name: [(c["state"] == "given", c["source"]) for c in self.person(name + "@agree.example")["consents"]] for name in ("yes", "no", "none")}
        self.assertEqual(held, {"yes": [(True, "form of 2026")], "no": [(False, "form of 2026")], "none": []})
        # Who said no once is not made to agree by a later list.
        self.imported("email;Samtykke\nno@agree.example;ja\n", [{"column": 0, "target": "email"}, {"column": 1, "target": target}], {"consent_source": "another"})
        self.assertEqual([c["state"] == "given" for c in self.person("no@agree.example")["consents"]], [False])

    def test_those_of_an_import_are_seen(self):
        self.admin.ok("POST", "/api/v1/persons", {"email": "old@seen.example", "first_name": "Old"})
        self.admin.ok("POST", "/api/v1/persons", {"email": "same@seen.example", "first_name": "Same"})
        made, done = self.imported("email;fornavn\nnew@seen.example;New\nold@seen.example;Older\nsame@seen.example;Same\n")
        seen = self.admin.ok("GET", "/api/v1/persons?imported=" + made["id"])["items"]
        self.assertEqual(sorted(p["email"] for p in seen), ["new@seen.example", "old@seen.example"])
        group = self.admin.ok("POST", "/api/v1/lists", {"name": "Seen"})["id"]
        listed, done = self.imported("email\nsame@seen.example\n", options={"list_id": group})
        self.assertEqual([p["email"] for p in self.admin.ok("GET", "/api/v1/persons?imported=" + listed["id"])["items"]], ["same@seen.example"])
        seen = self.admin.ok("GET", "/api/v1/persons?q=older&imported=" + made["id"])["items"]
        self.assertEqual([p["email"] for p in seen], ["old@seen.example"])

    def test_a_consent_is_never_taken_from_a_cell_beside_it(self):
        target, source = "consent:" + self.purpose, {"consent_source": "form"}
        text = "email;Merknad;Samtykke\ngood@shift.example;ok;ja\nshifted@shift.example;Ring;ja;nei\nblank@shift.example;ok;nei;; \n"
        mapping = [{"column": 0, "target": "email"}, {"column": 2, "target": target}]
        made, done = self.imported(text, mapping, source)
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"]), (2, 1), done)
        self.assertIn("more cells", self.file_of(made["id"], "rejects")[1][1])
        self.assertIsNone(self.person("shifted@shift.example"))
        # What all of a file consented to is somebody's consent, too; and without a header the first row says how many cells there are.
        made, done = self.imported("email;by\na@all.example;Oslo;Extra\n", {"email": "email"}, {"purpose_id": self.purpose, **source})
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"]), (0, 1), done)
        made, done = self.imported("a@bare.example;ok;ja\nb@bare.example;Ring;ja;nei\n", mapping, source)
        self.assertEqual((made["header"], done["counts"]["created"], done["counts"]["rejected"]), (False, 1, 1), done)
        # The check says the same.
        made = self.admin.upload("x.csv", text.encode())
        def preview(query):
            return [[p["warning"] for p in r["problems"]] for r in self.admin.ok("GET", "/api/v1/imports/%s/preview?%s" % (made["id"], query))["rows"]]
        self.assertEqual(preview("mapping=" + urllib.parse.quote("email,ignore," + target)), [[], [False], []])
        self.assertEqual(preview("mapping=email,ignore,ignore"), [[], [True], []])
        self.assertEqual(preview("mapping=email,ignore,ignore&purpose_id=" + self.purpose), [[], [False], []])

    def test_a_no_is_recorded_of_somebody_who_is_left_as_known(self):
        target, options = "consent:" + self.purpose, {"consent_source": "form", "update_existing": False}
        self.imported("email;fornavn;Samtykke\nknown@no.example;Kari;ja\n", [{"column": 0, "target": "email"}, {"column": 1, "target": "first_name"}, {"column": 2, "target": target}], {"consent_source": "form"})
        self.imported("email;fornavn;Samtykke\nknown@no.example;Other;nei\nfresh@no.example;Ola;nei\n", [{"column": 0, "target": "email"}, {"column": 1, "target": "first_name"}, {"column": 2, "target": target}], options)
        person = self.person("known@no.example")
        self.assertEqual((person["first_name"], person["consents"][0]["state"]), ("Kari", "withdrawn"))
        self.imported("email;Samtykke\nfresh@no.example;ja\n", [{"column": 0, "target": "email"}, {"column": 1, "target": target}], options)
        self.assertNotEqual(self.person("fresh@no.example")["consents"][0]["state"], "given")

    def test_a_row_with_a_warning_goes_with_its_person(self):
        made, done = self.imported("email;Mobil tlf.;Diagnose\ngone@warned.example;12;secret\nstays@warned.example;13;secret\n", {"email": "email", "Mobil tlf.": "phone"})
        self.assertEqual(done["counts"]["warned"], 2)
        listed = lambda: [row[2:] for row in self.file_of(made["id"], "warnings")[1:]]
        self.assertEqual(listed(), [["gone@warned.example", "12", ""], ["stays@warned.example", "13", ""]], "what was not imported is not kept")
        self.admin.ok("POST", "/api/v1/persons/erase", {"ids": [self.person("gone@warned.example")["id"]]})
        self.assertEqual(listed(), [["stays@warned.example", "13", ""]])

    def test_what_is_said_of_rows_has_bounds(self):
        for i in range(12):
            self.admin.ok("POST", "/api/v1/attributes", {"key": "choice%s_f" % chr(97 + i), "label": "Choice %s" % chr(97 + i), "type": "choice", "classification": "plain", "choices": ["%s%d" % ("o" * 40, n) for n in range(100)]})
        names = [chr(97 + i) for i in range(12)]
        text = "email;" + ";".join(names) + "\nmany@bounds.example" + ";x" * 12 + "\n"
        made, done = self.imported(text, {"email": "email", **{n: "attribute:choice%s_f" % n for n in names}})
        self.assertEqual(done["counts"]["warned"], 1, done)
        self.assertTrue(all(len(r["message"]) < 210 for r in done["reasons"]), done)
        self.assertIn("and 98 more.", done["reasons"][0]["message"])
        said = self.file_of(made["id"], "warnings")[1][1]
        self.assertEqual((said.count("must be one of"), said[-12:]), (10, " And 2 more."))

    def test_a_row_that_was_taken_for_the_header_is_not_kept(self):
        made, _ = self.imported("kari@head.example;99887766;Kari\nola@head.example;12;Ola\n")
        made = self.admin.upload("x.csv", b"kari@head.example;99887766;Kari\nola@head.example;12;Ola\nno;99887765;Anne\n")
        self.admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": "UTF-8", "delimiter": ";", "header": True, "title_lines": 0, "options": {},
            "mapping": [{"column": 0, "target": "email"}, {"column": 1, "target": "phone"}, {"column": 2, "target": "first_name"}]})
        done = self.admin.finished_import(made["id"])
        self.assertEqual(sorted((r["column"], r["rejected"]) for r in done["reasons"]), [("Column 1", True), ("Column 2", False)])
        self.assertEqual(self.program.sql("SELECT count(*) FROM import WHERE reasons::text ~ 'head.example|99887766'"), [["0"]])

    def test_nothing_runs_in_the_files_of_rows(self):
        made = self.admin.upload("x.xlsx", workbook.workbook({"A": [["email", "phone", "=name"], ["=cmd()", "+47 99 88 77 66", "-1"], ["f@formula.example", "@12", "=1+1"]]}))
        self.assertEqual(self.start(made, [{"column": 0, "target": "email"}, {"column": 1, "target": "phone"}, {"column": 2, "target": "first_name"}]).status, 200)
        self.admin.finished_import(made["id"])
        rejects = self.file_of(made["id"], "rejects")
        self.assertEqual((rejects[0][4], rejects[1][2:]), ("'=name", ["'=cmd()", "+47 99 88 77 66", "-1"]))
        self.assertEqual(self.file_of(made["id"], "warnings")[1][2:], ["f@formula.example", "'@12", "'=1+1"])


class Room(unittest.TestCase):
    def test_one_of_many_people_of_an_import_is_found(self):
        program = varde.Program()
        self.addCleanup(program.remove)
        program.start()
        admin = program.admin()
        count = 21000
        made = admin.upload("x.csv", b"email;first_name\nneedle@many.example;Needle\n" + b"".join(b"straw%d@many.example;Straw\n" % i for i in range(count)))
        admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": "UTF-8", "delimiter": ";", "header": True, "options": {},
            "mapping": [{"column": 0, "target": "email"}, {"column": 1, "target": "first_name"}]})
        self.assertEqual(admin.finished_import(made["id"])["counts"]["created"], count + 1)
        found, cursor = [], ""
        while cursor is not None:
            page = admin.ok("GET", "/api/v1/persons?q=needle&imported=%s&cursor=%s" % (made["id"], urllib.parse.quote(cursor)))
            found += [p["email"] for p in page["items"]]
            cursor = page.get("next")
        self.assertEqual(found, ["needle@many.example"])
        plan = " ".join(row[0] for row in program.sql("EXPLAIN SELECT DISTINCT person_id FROM activity WHERE tenant_id = (SELECT tenant_id FROM tenant) AND ref_id = '%s' AND ref_id IS NOT NULL AND kind IN (2, 3) ORDER BY person_id DESC LIMIT 1000" % made["id"]))
        self.assertIn("activity_import", plan)

    def test_rows_beyond_the_room_are_counted(self):
        program = varde.Program()
        self.addCleanup(program.remove)
        program.start()
        admin = program.admin()
        program.sql("INSERT INTO tenant_quota (tenant_id, quota, most) SELECT tenant_id, 3, 3000000 FROM tenant")
        made = admin.upload("x.csv", b"email;first_name\n" + b"".join(b"no address %06d;Somebody of a long name\n" % i for i in range(50000)) + b"last@room.example;Last\n")
        admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": "UTF-8", "delimiter": ";", "header": True, "options": {},
            "mapping": [{"column": 0, "target": "email"}, {"column": 1, "target": "first_name"}]})
        done = admin.finished_import(made["id"])
        self.assertEqual((done["state"], done["counts"]["rejected"], done["counts"]["created"]), ("done", 50000, 1), done)
        rows = admin.get("/api/v1/imports/%s/rejects" % made["id"]).body.decode("utf-8-sig").splitlines()
        self.assertTrue(10000 < len(rows) < 40000, len(rows))
        self.assertIn("counted and not listed", rows[-1])

class Shifts(Staff):
    def table(self, data, check=False):
        return self.admin.request("POST", "/api/v1/shifts/import?check=" + str(check).lower(), raw=data if isinstance(data, bytes) else data.encode(), headers={"Content-Type": "text/csv"})

    def made(self, since, until):
        items = self.admin.ok("GET", "/api/v1/shifts?from=%s&until=%s" % (since, until))["items"]
        return sorted((s["starts_at"], s["ends_at"]) for s in items if s["state"] == "draft")

    def test_a_table_of_shifts_in_a_workbook(self):
        rows = [["Vakter"], ["Arbeidssted", "Dato", "Fra", "Til", "Antall"],
                ["North school", (46600, "date"), (0.3125, "time"), (0.625, "time"), 2], ["North school", (46601, "date"), "08:30", "12.00", "1"], ["North school", (46602, "date"), (0, "time"), "24:00"],
                ["North school", 46603, "08:00", "09:00"]]
        answer = self.table(workbook.workbook({"Shifts": rows}))
        self.assertEqual((answer.status, answer.json["created"], answer.json["bad"]), (200, 4, []), answer)
        self.assertEqual([w["row"] for w in answer.json["warnings"]], [6])
        self.assertEqual(self.made("2027-08-01T00:00:00Z", "2027-08-04T00:00:00Z")[:3],
                         [("2027-08-01T05:30:00Z", "2027-08-01T13:00:00Z"), ("2027-08-02T06:30:00Z", "2027-08-02T10:00:00Z"), ("2027-08-02T22:00:00Z", "2027-08-03T22:00:00Z")])
        for data, status in ((b"\x89PNG\r\n\x1a\n" + bytes(50), 415), (workbook.workbook({"A": [["x"]]}), 422)):
            self.assertEqual(self.table(data).status, status)

    def test_times_as_databases_write_them(self):
        rows = ["North school;2027-09-01 00:00:00;08:30:00;15:00:00.000", "North school;2027-09-02;2027-09-02 08:30:00;2027-09-02T15:00:00Z", "North school;;2027-09-03T22:00:00;2027-09-04T06:00:00",
                "North school;2027-09-05;08.30;08.30", "North school;2027-09-06;08:00;2027-09-07 08:00", "North school;2027-09-07;1899-12-30 08:00:00;1899-12-30 09:00:00",
                "North school;2027-09-08;2027-09-09 08:00:00;10:00", "North school;2027-09-08;08:00:30;10:00", "North school;2027-09-08;08:00;2027-09-08 07:00", "North school;2027-09-08;08:00;2027-09-10 07:00"]
        answer = self.table("Arbeidssted;Dato;Fra;Til\n" + "\n".join(rows)).json
        self.assertEqual((answer["created"], [b["row"] for b in answer["bad"]]), (5, [5, 8, 9, 10, 11]), answer)
        self.assertIn("no length", answer["bad"][0]["reason"])
        self.assertEqual([end[:16] for _, end in self.made("2027-09-01T00:00:00Z", "2027-09-30T00:00:00Z")],
                         ["2027-09-01T13:00", "2027-09-02T13:00", "2027-09-04T04:00", "2027-09-07T06:00", "2027-09-07T07:00"])


if __name__ == "__main__":
    unittest.main()

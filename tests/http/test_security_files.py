"""What commands write is for its owner alone, and the program leaves no copy of its memory."""
import os, pathlib, stat, subprocess, tempfile, unittest
import varde


class FilesAreTheirOwners(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="varde-test-")
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o777)
        self.folder = pathlib.Path(folder.name)
        old = os.umask(0)  # as careless as can be
        self.addCleanup(os.umask, old)

    def run_varde(self, *arguments):
        return subprocess.run([varde.BINARY, *map(str, arguments), "--data", str(self.program.directory / "data")], capture_output=True, text=True)

    def test_everything_of_an_organisation_is_for_the_caller_alone(self):
        out = self.folder / "all.zip"
        done = self.run_varde("tenant", "export", "first", "--out", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o600)
        self.assertGreater(out.stat().st_size, 1000)
        # An entry says that it left.
        self.assertEqual(self.program.sql("SELECT actor_kind FROM audit_entry WHERE action = 'contract.export' AND tenant_id = (SELECT tenant_id FROM tenant WHERE slug = 'first') ORDER BY entry_id DESC LIMIT 1"), [["5"]])
        again = self.run_varde("tenant", "export", "first", "--out", out)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is there already", again.stderr)

    def test_a_link_leads_nothing_elsewhere(self):
        victim = self.folder / "victim"
        victim.write_text("precious")
        for name, command in (("one", ("tenant", "export", "first", "--out")), ("two", ("evidence", "--tenant", "first", "--out"))):
            link = self.folder / name
            link.symlink_to(victim)
            self.assertEqual(self.run_varde(*command, link).returncode, 1, command)
            self.assertEqual(victim.read_text(), "precious")

    def test_what_the_program_keeps_is_its_own(self):
        data = self.program.directory / "data"
        readable = [str(path.relative_to(data)) for path in data.rglob("*")
                    if path.is_file() and not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077 and "socket" not in path.parts]
        self.assertEqual(readable, [])

    def test_no_copy_of_its_memory_is_written(self):
        pid = self.program.process.pid
        limits = pathlib.Path("/proc/%d/limits" % pid).read_text()
        line, = [l for l in limits.splitlines() if l.startswith("Max core file size")]
        self.assertEqual(line.split()[4:6], ["0", "0"])
        # A process that may not be dumped belongs to root, whoever it runs as: nobody else reads its memory.
        self.assertEqual(os.stat("/proc/%d/mem" % pid).st_uid, 0)


if __name__ == "__main__":
    unittest.main()

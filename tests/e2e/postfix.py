"""A real Postfix of the test's own: directories, ports and recipients are its own, nothing of the machine's is touched.

    the program --SMTP--> :port --virtual(8)--> Maildir              post@mail.example, in `boxes`
                            |--- 550 at RCPT                         nobody@mail.example
                            |--smtp(8)--> :far_port --- 550 at RCPT  anybody@far.example: taken, then bounced by bounce(8)
                            `--smtp(8)--> :bounce_port               *@bounces.localhost: the program's own receiver
"""
import os, pathlib, pwd, shutil, signal, smtplib, subprocess, tempfile
import varde

DAEMONS = "/usr/lib/postfix/sbin"


class Postfix:
    def __init__(self, boxes, bounce_port):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="varde-postfix-"))
        self.port, self.far_port = varde.free_port(), varde.free_port()
        owner = pwd.getpwnam("nobody")
        for name in ("etc", "queue", "data", "mail"):
            (self.directory / name).mkdir()
        os.chmod(self.directory, 0o755)
        shutil.chown(self.directory / "data", "postfix")
        os.chown(self.directory / "mail", owner.pw_uid, owner.pw_gid)
        write = lambda name, text: (self.directory / "etc" / name).write_text(text)
        write("boxes", "".join("%s %s/\n" % (box, box) for box in boxes))
        write("far", "somebody.else@far.example -\n")
        write("transport", "far.example smtp:[127.0.0.1]:%d\nbounces.localhost smtp:[127.0.0.1]:%d\n" % (self.far_port, bounce_port))
        write("main.cf", """
compatibility_level = 3.6
queue_directory = {d}/queue
data_directory = {d}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {d}/log
maillog_file_prefixes = {d}
myhostname = mx.mail.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
local_recipient_maps =
transport_maps = texthash:{d}/etc/transport
relay_domains = far.example, bounces.localhost
virtual_mailbox_domains = mail.example
virtual_mailbox_maps = texthash:{d}/etc/boxes
virtual_mailbox_base = {d}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
in_flow_delay = 0
default_process_limit = 20
""".format(d=self.directory, daemons=DAEMONS, uid=owner.pw_uid, gid=owner.pw_gid))
        write("master.cf", """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{far} inet n - n - - smtpd -o relay_recipient_maps=texthash:{d}/etc/far
pickup    unix   n  -  n  60   1  pickup
cleanup   unix   n  -  n  -    0  cleanup
qmgr      unix   n  -  n  300  1  qmgr
tlsmgr    unix   -  -  n  1000 1  tlsmgr
rewrite   unix   -  -  n  -    -  trivial-rewrite
bounce    unix   -  -  n  -    0  bounce
defer     unix   -  -  n  -    0  bounce
trace     unix   -  -  n  -    0  bounce
verify    unix   -  -  n  -    1  verify
flush     unix   n  -  n  1000 0  flush
proxymap  unix   -  -  n  -    -  proxymap
smtp      unix   -  -  n  -    -  smtp
relay     unix   -  -  n  -    -  smtp
showq     unix   n  -  n  -    -  showq
error     unix   -  -  n  -    -  error
retry     unix   -  -  n  -    -  error
discard   unix   -  -  n  -    -  discard
virtual   unix   -  n  n  -    -  virtual
anvil     unix   -  -  n  -    1  anvil
scache    unix   -  -  n  -    1  scache
postlog   unix-dgram n - n -   1  postlogd
""".format(port=self.port, far=self.far_port, d=self.directory))

    def start(self):
        made = subprocess.run(["postfix", "-c", str(self.directory / "etc"), "check"], capture_output=True, text=True)
        assert made.returncode == 0, made.stdout + made.stderr
        self.process = subprocess.Popen([DAEMONS + "/master", "-c", str(self.directory / "etc"), "-d"], stdin=subprocess.DEVNULL, start_new_session=True)

        def answers():
            assert self.process.poll() is None, self.log()
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as smtp:
                    return smtp.noop()[0] == 250
            except OSError:
                return False
        varde.wait_for(answers, "Postfix to answer")
        return self

    def log(self):
        path = self.directory / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def messages(self, box):
        """The messages in a Maildir, oldest first."""
        new = self.directory / "mail" / box / "new"
        return [path.read_bytes() for path in sorted(new.iterdir(), key=lambda p: p.stat().st_mtime_ns)] if new.exists() else []

    def remove(self):
        # The master ends its children; they are in its session.
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)

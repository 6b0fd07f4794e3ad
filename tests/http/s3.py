"""As much of S3 as pgBackRest asks for, over TLS, with files below a folder: objects, listing, parts. Signatures are not checked."""
import hashlib, http.server, pathlib, re, ssl, threading, urllib.parse, xml.sax.saxutils


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in {"ETag": '"x"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def asked(self):
        """The object (below the bucket) and the query."""
        url = urllib.parse.urlsplit(self.path)
        bucket_and_key = urllib.parse.unquote(url.path).split("/", 2)
        key = bucket_and_key[2] if len(bucket_and_key) > 2 else ""
        assert ".." not in key
        return key, dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True)), self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def listing(self, prefix, delimiter):
        objects, folders = "", set()
        for path in sorted(p for p in self.server.folder.rglob("*") if p.is_file()):
            key = str(path.relative_to(self.server.folder))
            if not key.startswith(prefix):
                continue
            rest = key[len(prefix):]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.split(delimiter)[0] + delimiter)
            else:
                objects += "<Contents><Key>%s</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>%d</Size></Contents>" % (xml.sax.saxutils.escape(key), path.stat().st_size)
        folders = "".join("<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>" % xml.sax.saxutils.escape(f) for f in sorted(folders))
        return ('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>false</IsTruncated>%s%s</ListBucketResult>' % (objects, folders)).encode()

    def do_GET(self):
        key, query, _ = self.asked()
        if "list-type" in query:
            return self.answer(200, self.listing(query.get("prefix", ""), query.get("delimiter")))
        path = self.server.folder / key
        if not path.is_file():
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        body, wanted = path.read_bytes(), re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted:
            body = body[int(wanted[1]):int(wanted[2]) + 1 if wanted[2] else None]
        self.answer(206 if wanted else 200, body)

    do_HEAD = do_GET

    def keep(self, key, body):
        path = self.server.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def do_PUT(self):
        key, query, body = self.asked()
        if "partNumber" in query:
            self.server.parts.setdefault(query["uploadId"], {})[int(query["partNumber"])] = body
        else:
            self.keep(key, body)
        self.answer(200)

    def do_POST(self):
        key, query, body = self.asked()
        if "uploads" in query:
            return self.answer(200, b"<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>" % hashlib.md5(key.encode()).hexdigest().encode())
        if "uploadId" in query:
            self.keep(key, b"".join(part for _, part in sorted(self.server.parts.pop(query["uploadId"]).items())))
            return self.answer(200, b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
        for gone in re.findall(rb"<Key>(.*?)</Key>", body):
            (self.server.folder / gone.decode()).unlink(missing_ok=True)
        self.answer(200, b"<DeleteResult></DeleteResult>")

    def do_DELETE(self):
        key, _, _ = self.asked()
        (self.server.folder / key).unlink(missing_ok=True)
        self.answer(204)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, certificate):
        """`certificate`: a PEM file with the key and the certificate."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.parts = pathlib.Path(folder), {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()
